package inbound

// waits are the stages that are for a person, with their status.
var waits = map[stage]string{stageBoxes: statusNeedsPacking, stageBoxesLater: statusNeedsPacking,
	stagePlacement: statusNeedsPlacement, stageTransport: statusNeedsTransportation}

// enter goes to a stage and remembers what the plan has come to wait for.
func (f *file) enter(to stage) {
	f.Stage, f.Refusals = to, 0
	if status := waits[to]; status != "" {
		f.Reached = status
	}
}

// end closes the file.
func (f *file) end(status string, problems ...Problem) {
	f.Stage, f.Reached, f.Cancel = stageEnd, status, false
	f.note(problems...)
}

// status is the stage in the words of the API. While something that was offered before is made
// anew, the plan still waits for the same.
func (f *file) status() string {
	again := func(waited, first string) string {
		if f.Reached == waited {
			return waited
		}
		return first
	}
	switch f.Stage {
	case stageCreate, stagePackingOptions, stageListPacking, stageGroups:
		return again(statusNeedsPacking, statusCreating)
	case stagePrep:
		before := file{Stage: f.PrepBefore, Reached: f.Reached, Confirm: f.Confirm}
		return before.status()
	case stageSetPacking, stageConfirmPacking:
		return statusPacking
	case stagePlacementOptions, stageListPlacement, stagePlaces:
		return again(statusNeedsPlacement, statusPacking)
	case stageConfirmPlacement:
		return statusPlacing
	case stageTransportOptions, stageListTransport, stageWindows:
		if f.Confirm != nil {
			return statusConfirming
		}
		return again(statusNeedsTransportation, statusPlacing)
	case stageConfirmTransport, stagePapers:
		return statusConfirming
	case stageFollow, stageEnd:
		return f.Reached
	default:
		return waits[f.Stage]
	}
}

// waitingFor says who has to do what next, "" at the end.
func (f *file) waitingFor() string {
	switch f.Stage {
	case stageBoxes:
		if f.Packing == "" {
			return "packing_option"
		}
		return "packing"
	case stageBoxesLater:
		return "packing"
	case stagePlacement:
		return "placement"
	case stageTransport:
		return "transportation"
	case stageFollow:
		switch {
		case f.Cancel:
			return "platform"
		case f.Reached == statusLabelsReady:
			return "handover"
		}
		return "receiving"
	case stageEnd:
		return ""
	default:
		return "platform"
	}
}
