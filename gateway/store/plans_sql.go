package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/crossdock-hub/crossdock/gateway/ids"
)

// BeginPlan writes the intent of a plan.
func (db *DB) BeginPlan(ctx context.Context, p Plan, history ...HistoryLine) (Plan, bool, error) {
	if p.ID == "" {
		return Plan{}, false, errors.New("an intent needs an id")
	}
	var out Plan
	var created bool
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		out, created = p, false
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		known, err := claimKey(ctx, s, keyRow{tenant: p.Tenant, key: p.Key, kind: kindPlan, object: p.ID, at: now})
		if err != nil {
			return err
		}
		if known != "" {
			out, err = selectOne[Plan](ctx, s, "tenant = ? AND id = ?", p.Tenant, known)
			return err
		}
		created = true
		out.Epoch, out.LeaseUntil = 0, time.Time{}
		out.CreatedAt, out.UpdatedAt, out.DueAt = now, now, now
		if _, err := insert(ctx, s, &out, ""); err != nil {
			return err
		}
		return addHistory(ctx, s, p.Tenant, p.ID, history)
	})
	if err != nil {
		return Plan{}, false, err
	}
	return out, created, nil
}

// Plan reads one plan.
func (db *DB) Plan(ctx context.Context, tenant Tenant, id string) (Plan, error) {
	return selectOne[Plan](ctx, db.reader(), "tenant = ? AND id = ?", tenant, id)
}

// ListPlans lists a tenant's plans.
func (db *DB) ListPlans(ctx context.Context, tenant Tenant, f PlanFilter, page Page) (List[Plan], error) {
	w := where{}
	w.and("tenant = ?", tenant)
	w.andIs("adapter", f.Adapter)
	w.andIs("account", f.Account)
	w.andIs("status", f.Status)
	return selectPage[Plan](ctx, db.reader(), w, page, func(p Plan) string { return p.ID })
}

func lockPlan(ctx context.Context, s *session, ref Ref) (Plan, error) {
	p, err := selectOne[Plan](ctx, s, "tenant = ? AND id = ?"+s.lock(), ref.Tenant, ref.ID)
	if err == nil && p.Epoch != ref.Epoch {
		err = fmt.Errorf("%w: epoch %d is now %d", ErrConflict, ref.Epoch, p.Epoch)
	}
	return p, err
}

// UpdatePlan changes a plan and writes all that belongs to the change.
func (db *DB) UpdatePlan(ctx context.Context, ref Ref, u PlanUpdate) (Plan, error) {
	var p Plan
	err := db.write(ctx, func(ctx context.Context, s *session) (err error) {
		if p, err = lockPlan(ctx, s, ref); err != nil {
			return err
		}
		return changePlan(ctx, s, &p, u)
	})
	if err != nil {
		return Plan{}, err
	}
	return p, nil
}

func changePlan(ctx context.Context, s *session, p *Plan, u PlanUpdate) error {
	now, err := s.now(ctx)
	if err != nil {
		return err
	}
	before := *p
	p.UpdatedAt = now
	if u.Release {
		p.LeaseUntil = time.Time{}
	}
	if u.Change != nil {
		if err := u.Change(p); err != nil {
			return err
		}
		p.keepIdentity(before)
	}
	if err := update(ctx, s, p, p.Tenant, p.ID); err != nil {
		return err
	}
	for _, r := range u.Steps {
		if _, err := updateStep(ctx, s, p.Tenant, p.ID, r); err != nil {
			return err
		}
	}
	for _, d := range u.Documents {
		d.Tenant, d.Owner = p.Tenant, p.ID
		if _, err := putDocument(ctx, s, d); err != nil {
			return err
		}
	}
	if err := addHistory(ctx, s, p.Tenant, p.ID, u.History); err != nil {
		return err
	}
	if u.Emit == nil {
		return nil
	}
	return addEvents(ctx, s, p.Tenant, u.Emit(*p))
}

// ClaimDuePlans takes what is due.
func (db *DB) ClaimDuePlans(ctx context.Context, d Due) ([]Plan, error) {
	return claimDue[Plan](ctx, db, d, "", nil)
}

// ClaimPlan takes one plan that nobody holds.
func (db *DB) ClaimPlan(ctx context.Context, tenant Tenant, id string, lease time.Duration) (Plan, error) {
	var p Plan
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		var err error
		if p, err = selectOne[Plan](ctx, s, "tenant = ? AND id = ?"+s.lock(), tenant, id); err != nil {
			return err
		}
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		if p.LeaseUntil.After(now) {
			return fmt.Errorf("%w: another worker holds it", ErrConflict)
		}
		p.hold(now.Add(lease))
		return update(ctx, s, &p, tenant, id)
	})
	if err != nil {
		return Plan{}, err
	}
	return p, nil
}

// BeginStep writes ahead a remote call. The plan is locked, so that steps come one by one.
func (db *DB) BeginStep(ctx context.Context, ref Ref, step Step) (Step, bool, error) {
	var out Step
	var created bool
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		created = false
		if _, err := lockPlan(ctx, s, ref); err != nil {
			return err
		}
		before, err := stepBefore(ctx, s, ref, step)
		if !errors.Is(err, ErrNotFound) {
			out = before
			return err
		}
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		row := stepRow{ref.Tenant, step}
		row.ID, row.Plan, row.State = ids.New(ids.Step), ref.ID, StepPending
		row.StartedAt, row.EndedAt = now, time.Time{}
		known, err := claimKey(ctx, s, keyRow{tenant: ref.Tenant, key: step.Key, kind: kindStep, object: row.ID, at: now})
		if err != nil {
			return err
		}
		if known != "" {
			return ErrKeyReused // of another plan, since ours were looked through
		}
		out, created = row.Step, true
		_, err = insert(ctx, s, &row, "")
		return err
	})
	if err != nil {
		return Step{}, false, err
	}
	return out, created, nil
}

// stepBefore finds the step that the key made, else one whose outcome is open; ErrNotFound
// when the call is a new one.
func stepBefore(ctx context.Context, s *session, ref Ref, step Step) (Step, error) {
	if step.Key != "" {
		id, err := knownKey(ctx, s, keyRow{tenant: ref.Tenant, key: step.Key, kind: kindStep})
		if err == nil {
			row, err := selectOne[stepRow](ctx, s, "tenant = ? AND plan_id = ? AND id = ?", ref.Tenant, ref.ID, id)
			if errors.Is(err, ErrNotFound) {
				err = ErrKeyReused
			}
			return row.Step, err
		}
		if !errors.Is(err, ErrNotFound) {
			return Step{}, err
		}
	}
	row, err := selectOne[stepRow](ctx, s, "tenant = ? AND plan_id = ? AND name = ? AND target = ? AND state IN ('pending', 'unknown')",
		ref.Tenant, ref.ID, step.Name, step.Target)
	return row.Step, err
}

// UpdateStep says what became of a step.
func (db *DB) UpdateStep(ctx context.Context, tenant Tenant, plan string, r StepResult) (Step, error) {
	var out Step
	err := db.write(ctx, func(ctx context.Context, s *session) (err error) {
		out, err = updateStep(ctx, s, tenant, plan, r)
		return err
	})
	return out, err
}

func updateStep(ctx context.Context, s *session, tenant Tenant, plan string, r StepResult) (Step, error) {
	now, err := s.now(ctx)
	if err != nil {
		return Step{}, err
	}
	row, err := selectOne[stepRow](ctx, s, "tenant = ? AND plan_id = ? AND id = ?"+s.lock(), tenant, plan, r.ID)
	if err != nil {
		return Step{}, err
	}
	if row.State == StepDone || row.State == StepFailed {
		return row.Step, fmt.Errorf("%w: the step is %s", ErrConflict, row.State)
	}
	if r.State != "" {
		row.State = r.State
	}
	if r.Operation != "" {
		row.Operation = r.Operation
	}
	if r.Detail != nil {
		row.Detail = r.Detail
	}
	if row.State == StepDone || row.State == StepFailed {
		row.EndedAt = now
	}
	_, err = s.exec(ctx, `UPDATE plan_steps SET state = ?, operation = ?, detail = ?, ended_at = ?
		WHERE tenant = ? AND plan_id = ? AND id = ?`, row.State, row.Operation, string(row.Detail), row.EndedAt, tenant, plan, r.ID)
	return row.Step, err
}

// StepsOf lists the steps of a plan.
func (db *DB) StepsOf(ctx context.Context, tenant Tenant, plan string) ([]Step, error) {
	rows, err := selectAll[stepRow](ctx, db.reader(), "tenant = ? AND plan_id = ? ORDER BY id", tenant, plan)
	out := make([]Step, len(rows))
	for i, r := range rows {
		out[i] = r.Step
	}
	return out, err
}
