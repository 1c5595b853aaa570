package yanwen

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// methods answer the calls of the Open API: data for the envelope, or a refusal.
var methods = map[string]func(*Carrier, []byte) (any, *refusal){
	"common.country.getlist":   (*Carrier).countryList,
	"common.warehouse.getlist": (*Carrier).warehouseList,
	"express.channel.getlist":  (*Carrier).channelList,
	"calc.list":                (*Carrier).calcList,
	"express.order.create":     (*Carrier).create,
	"express.order.label.get":  (*Carrier).label,
	"express.order.cancel":     (*Carrier).cancel,
	"express.order.get":        (*Carrier).get,
	"express.order.getlist":    (*Carrier).getList,
}

func (c *Carrier) serveOrder(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		plain(w, http.StatusMethodNotAllowed, "请使用POST请求")
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		plain(w, http.StatusBadRequest, "请求数据读取失败")
		return
	}
	q := r.URL.Query()
	if status, text := admit(q, body, time.Now()); status != 0 {
		plain(w, status, text)
		return
	}
	method, ok := methods[q.Get("method")]
	if !ok {
		plain(w, http.StatusBadRequest, "请求方法不存在")
		return
	}
	data, no := method(c, body)
	if no != nil {
		writeJSON(w, http.StatusOK, no.envelope())
		return
	}
	writeJSON(w, http.StatusOK, envelope{Success: true, Code: "0", Message: "success", Data: data})
}

// decode reads a business body. The code is the legacy table's "data processing error".
func decode(body []byte, v any) *refusal {
	if err := json.Unmarshal(body, v); err != nil {
		return &refusal{"D1", "数据处理错误：" + err.Error()}
	}
	return nil
}
