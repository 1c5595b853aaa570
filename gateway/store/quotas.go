package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Quotas count purchases towards the shares that platforms want. They are counted in the
// transaction that buys them, and given back in the one that voids them.
type Quotas interface {
	// QuotaCounts counts a rule's purchases of a tenant that were bought within the window
	// before now and are not voided, shop by shop in the order of their names.
	QuotaCounts(ctx context.Context, tenant Tenant, rule string, window time.Duration) ([]QuotaCount, error)
	// QuotaTenants are the tenants of which a rule counts anything.
	QuotaTenants(ctx context.Context, rule string, window time.Duration) ([]Tenant, error)
	// AlertQuota notes whether a share is in danger. What emit makes is written when it comes
	// to be, and not more often than every, however many processes say so.
	AlertQuota(ctx context.Context, a QuotaAlert, every time.Duration, emit func() []Event) (told bool, err error)
}

// QuotaEntry says that a purchase counts towards a rule once it is bought, and whether it
// follows the rule.
type QuotaEntry struct {
	Rule      string
	Shop      string // the seller's shop on the platform; "" where there is one only
	Satisfied bool
}

// QuotaCount is what was counted of a shop.
type QuotaCount struct {
	Shop      string
	Orders    int
	Satisfied int
}

// QuotaAlert is whether a shop's share is in danger.
type QuotaAlert struct {
	Tenant Tenant
	Rule   string
	Shop   string
	AtRisk bool
}

// Owned tells whether the carrier's label is paid and lives, as far as is known.
func (s PurchaseState) Owned() bool {
	switch s {
	case PurchaseBought, PurchaseSettled, PurchaseVoiding, PurchaseVoidRefused, PurchaseVoidUnknown:
		return true
	}
	return false
}

func addQuotas(ctx context.Context, s *session, p Purchase, list []QuotaEntry) error {
	for _, e := range list {
		_, err := s.exec(ctx, `INSERT INTO quota_entries (tenant, purchase_id, rule, shop, satisfied, counted, bought_at)
			VALUES (?, ?, ?, ?, ?, ?, 0)`, p.Tenant, p.ID, e.Rule, e.Shop, e.Satisfied, false)
		if err != nil {
			return err
		}
	}
	return nil
}

// recount counts a purchase that came to be owned, and gives one back that is not any more.
func recount(ctx context.Context, s *session, before, after Purchase) error {
	was, is := before.State.Owned(), after.State.Owned()
	if was == is {
		return nil
	}
	_, err := s.exec(ctx, `UPDATE quota_entries SET counted = ?, bought_at = CASE WHEN bought_at = 0 THEN ? ELSE bought_at END
		WHERE tenant = ? AND purchase_id = ?`, is, after.UpdatedAt, after.Tenant, after.ID)
	return err
}

// QuotaCounts counts a rule's purchases shop by shop.
func (db *DB) QuotaCounts(ctx context.Context, tenant Tenant, rule string, window time.Duration) ([]QuotaCount, error) {
	r := db.reader()
	now, err := r.now(ctx)
	if err != nil {
		return nil, err
	}
	var out []QuotaCount
	err = r.query(ctx, `SELECT shop, COUNT(*), COALESCE(SUM(CASE WHEN satisfied THEN 1 ELSE 0 END), 0) FROM quota_entries
		WHERE rule = ? AND tenant = ? AND counted AND bought_at > ? GROUP BY shop ORDER BY shop`,
		[]any{rule, tenant, now.Add(-window)}, func(rows *sql.Rows) error {
			var c QuotaCount
			if err := rows.Scan(&c.Shop, &c.Orders, &c.Satisfied); err != nil {
				return err
			}
			out = append(out, c)
			return nil
		})
	return out, err
}

// QuotaTenants are the tenants of which a rule counts anything.
func (db *DB) QuotaTenants(ctx context.Context, rule string, window time.Duration) ([]Tenant, error) {
	r := db.reader()
	now, err := r.now(ctx)
	if err != nil {
		return nil, err
	}
	var out []Tenant
	err = r.query(ctx, `SELECT DISTINCT tenant FROM quota_entries WHERE rule = ? AND counted AND bought_at > ? ORDER BY tenant`,
		[]any{rule, now.Add(-window)}, func(rows *sql.Rows) error {
			var t string
			if err := rows.Scan(&t); err != nil {
				return err
			}
			out = append(out, Tenant(t))
			return nil
		})
	return out, err
}

// AlertQuota notes whether a share is in danger, and tells of it when it comes to be.
func (db *DB) AlertQuota(ctx context.Context, a QuotaAlert, every time.Duration, emit func() []Event) (told bool, err error) {
	err = db.write(ctx, func(ctx context.Context, s *session) error {
		told = false
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		if _, err := s.exec(ctx, `INSERT INTO quota_alerts (tenant, rule, shop, at_risk, told_at) VALUES (?, ?, ?, ?, 0)
			ON CONFLICT DO NOTHING`, a.Tenant, a.Rule, a.Shop, false); err != nil {
			return err
		}
		var was bool
		var toldAt int64
		err = s.queryRow(ctx, "SELECT at_risk, told_at FROM quota_alerts WHERE tenant = ? AND rule = ? AND shop = ?"+s.lock(),
			[]any{a.Tenant, a.Rule, a.Shop}, &was, &toldAt)
		if err != nil {
			return err
		}
		last := time.UnixMicro(toldAt)
		told = a.AtRisk && !was && (toldAt == 0 || now.Sub(last) >= every)
		if told {
			last = now
			if err := addEvents(ctx, s, a.Tenant, emit()); err != nil {
				return err
			}
		}
		if !told && a.AtRisk && !was {
			return nil // told of too lately: later, if it still is
		}
		if was == a.AtRisk {
			return nil
		}
		_, err = s.exec(ctx, "UPDATE quota_alerts SET at_risk = ?, told_at = ? WHERE tenant = ? AND rule = ? AND shop = ?",
			a.AtRisk, last.UnixMicro(), a.Tenant, a.Rule, a.Shop)
		return err
	})
	if errors.Is(err, ErrCommitUnknown) {
		err = nil // either it was told, or the next look tells it
	}
	return told, err
}
