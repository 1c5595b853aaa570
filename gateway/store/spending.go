package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/crossdock-hub/crossdock/normalize"
)

// allLabels is the row that counts a tenant's labels of a day in whatever currency. Whoever
// changes the day's spending changes it first, so that ceilings are checked one by one.
const allLabels = "*"

// maxSpend keeps a day's sum far from the end of an int64, where SQLite would go on in floats.
const maxSpend = 1 << 50

var errSpend = errors.New("what a purchase spends must be between 0 and 2^50 minor units")

// spend counts a new purchase and refuses it when that passes a ceiling.
func spend(ctx context.Context, s *session, p Purchase, c Ceilings) ([]Spent, error) {
	if !p.State.Spends() {
		return nil, nil
	}
	day := normalize.DateOf(p.CreatedAt)
	labels, _, err := addSpending(ctx, s, p.Tenant, day, allLabels, 1, 0)
	if err != nil {
		return nil, err
	}
	_, minor, err := addSpending(ctx, s, p.Tenant, day, p.Spend.Currency, 1, p.Spend.Minor)
	if err != nil {
		return nil, err
	}
	if c.Count > 0 && labels > int64(c.Count) {
		return nil, &CeilingError{Count: c.Count}
	}
	if !c.Money.IsZero() && p.Spend.Currency == c.Money.Currency && minor > c.Money.Minor {
		return nil, &CeilingError{Limit: c.Money}
	}
	return spending(ctx, s, p.Tenant, day)
}

// respend corrects the day of a purchase whose state or cost has changed.
func respend(ctx context.Context, s *session, before, after Purchase) error {
	was, is := before.State.Spends(), after.State.Spends()
	if was == is && (!is || before.Spend == after.Spend) {
		return nil
	}
	day := normalize.DateOf(after.CreatedAt)
	if was != is {
		n := int64(1)
		if was {
			n = -1
		}
		if _, _, err := addSpending(ctx, s, after.Tenant, day, allLabels, n, 0); err != nil {
			return err
		}
	}
	if was {
		if _, _, err := addSpending(ctx, s, after.Tenant, day, before.Spend.Currency, -1, -before.Spend.Minor); err != nil {
			return err
		}
	}
	if is {
		if _, _, err := addSpending(ctx, s, after.Tenant, day, after.Spend.Currency, 1, after.Spend.Minor); err != nil {
			return err
		}
	}
	return nil
}

// addSpending adds to one row and returns its new sums.
func addSpending(ctx context.Context, s *session, tenant Tenant, day normalize.Date, currency string, n, minor int64) (labels, sum int64, err error) {
	if minor > maxSpend || minor < -maxSpend || (n > 0 && minor < 0) {
		return 0, 0, errSpend
	}
	err = s.queryRow(ctx, `INSERT INTO spending (tenant, day, currency, labels, minor) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (tenant, day, currency) DO UPDATE SET
		labels = spending.labels + excluded.labels, minor = spending.minor + excluded.minor
		RETURNING labels, minor`, []any{tenant, day, currency, n, minor}, &labels, &sum)
	return labels, sum, err
}

func spending(ctx context.Context, s *session, tenant Tenant, day normalize.Date) ([]Spent, error) {
	var out []Spent
	err := s.query(ctx, `SELECT labels, minor, currency FROM spending
		WHERE tenant = ? AND day = ? AND currency <> ? AND labels > 0 ORDER BY currency`,
		[]any{tenant, day, allLabels}, func(r *sql.Rows) error {
			var sp Spent
			if err := r.Scan(&sp.Count, &sp.Money.Minor, &sp.Money.Currency); err != nil {
				return err
			}
			out = append(out, sp)
			return nil
		})
	return out, err
}
