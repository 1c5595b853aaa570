package normalize

import "fmt"

// S10 is the UPU's thirteen-character item identifier: two letters of service, eight
// digits, a check digit and the country of origin. Source: UPU standard S10-12.
type S10 struct {
	Service string // "RR", "LX"
	Serial  string // eight digits
	Origin  string // "CN"; carriers' private ranges use codes that are no country, such as YP
}

var s10Weights = [8]int{8, 6, 4, 2, 3, 5, 9, 7}

// S10CheckDigit returns the check digit of eight digits.
func S10CheckDigit(serial string) (byte, error) {
	if len(serial) != 8 {
		return 0, fmt.Errorf("an S10 serial has 8 digits")
	}
	sum := 0
	for i, w := range s10Weights {
		d := serial[i]
		if d < '0' || d > '9' {
			return 0, fmt.Errorf("an S10 serial has 8 digits")
		}
		sum += int(d-'0') * w
	}
	switch c := 11 - sum%11; c {
	case 10:
		return '0', nil
	case 11:
		return '5', nil
	default:
		return byte('0' + c), nil
	}
}

// ParseS10 reads an identifier and verifies its check digit. It does not ask whether the
// last two letters are a country: carriers number private items in the same form.
func ParseS10(s string) (S10, error) {
	if len(s) != 13 || !upperLetters(s[:2]) || !upperLetters(s[11:]) {
		return S10{}, fmt.Errorf("not of the S10 form")
	}
	check, err := S10CheckDigit(s[2:10])
	if err != nil {
		return S10{}, err
	}
	if s[10] != check {
		return S10{}, fmt.Errorf("wrong S10 check digit")
	}
	return S10{s[:2], s[2:10], s[11:]}, nil
}

// String writes the identifier with its check digit.
func (s S10) String() string {
	check, err := S10CheckDigit(s.Serial)
	if err != nil {
		return ""
	}
	return s.Service + s.Serial + string(check) + s.Origin
}

func upperLetters(s string) bool {
	for _, r := range s {
		if r < 'A' || r > 'Z' {
			return false
		}
	}
	return true
}
