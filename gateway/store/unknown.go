package store

import (
	"context"
	"errors"
	"time"
)

// rereadTime bounds how long a record is read again: as long as a transaction may last, and a
// connection takes to be there.
const rereadTime = 35 * time.Second

// A commit whose answer was lost may or may not have happened. Where money hangs on it, the
// record is read again by its primary key, under its lock, which a commit that is still under
// way holds: so the answer is certain, and the write is made if it is not there. Only where
// that cannot be read either does the caller get ErrCommitUnknown, and then it must not send.

// begunAfterAll finds out whether an intent was written, and writes it if it was not.
func (db *DB) begunAfterAll(ctx context.Context, in Intent, was Begun, lost error) (Begun, error) {
	p, err := db.locked(ctx, in.Purchase.Tenant, in.Purchase.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		out, err := db.beginPurchase(ctx, in)
		if err != nil {
			return Begun{}, err
		}
		return out, nil
	case err != nil:
		return Begun{}, errors.Join(lost, err)
	}
	was.Purchase = p
	return was, nil
}

// claimedAfterAll finds out whether a claim was written: the epoch is the one that it would
// have made, and so are the lease and the attempt, to the microsecond. Whoever else claimed
// read the clock after our transaction had ended.
func (db *DB) claimedAfterAll(ctx context.Context, ref Ref, c Claim, was Purchase, attempt Attempt, lost error) (Purchase, Attempt, error) {
	now, err := db.locked(ctx, ref.Tenant, ref.ID)
	if err != nil {
		return Purchase{}, Attempt{}, errors.Join(lost, err)
	}
	if now.Epoch == was.Epoch && now.LeaseUntil.UnixMicro() == was.LeaseUntil.UnixMicro() && now.UpdatedAt.Equal(was.UpdatedAt) && was.Epoch != ref.Epoch {
		return now, attempt, nil
	}
	if now.Epoch != ref.Epoch {
		return Purchase{}, Attempt{}, ErrConflict
	}
	p, a, err := db.claimPurchase(ctx, ref, c)
	if err != nil {
		return Purchase{}, Attempt{}, err
	}
	return p, a, nil
}

// changedAfterAll finds out whether a change was written, and makes it if it was not. Only the
// holder of the epoch could have made another.
func (db *DB) changedAfterAll(ctx context.Context, ref Ref, t Transition, was Purchase, lost error) (Purchase, error) {
	now, err := db.locked(ctx, ref.Tenant, ref.ID)
	if err != nil {
		return Purchase{}, errors.Join(lost, err)
	}
	if now.Epoch == was.Epoch && now.UpdatedAt.Equal(was.UpdatedAt) && now.State == was.State {
		return now, nil
	}
	p, err := db.transitionPurchase(ctx, ref, t)
	if err != nil {
		return Purchase{}, err
	}
	return p, nil
}

// locked reads a purchase when every write of it that has begun is over.
func (db *DB) locked(ctx context.Context, tenant Tenant, id string) (Purchase, error) {
	var p Purchase
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rereadTime)
	defer cancel()
	err := db.write(ctx, func(ctx context.Context, s *session) error {
		var err error
		p, err = selectOne[Purchase](ctx, s, "tenant = ? AND id = ?"+s.lock(), tenant, id)
		return err
	})
	return p, err
}
