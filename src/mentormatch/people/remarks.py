"""What is worth saying about the data: the notes of a pool, made from public data only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mentormatch.people.columns import Columns
from mentormatch.people.directory import Directory
from mentormatch.people.headings import Plan, listed
from mentormatch.people.languages import language_key
from mentormatch.people.notes import Note, Reject, Side
from mentormatch.people.values import fold

_ASKED_AND_ANSWERED = (("needs", "offers"), ("goals", "goals"), ("languages", "languages"))


def collect(
    plans: Mapping[Side, Plan], found: Mapping[Side, Columns], rejects: Sequence[Reject], directory: Directory
) -> tuple[Note, ...]:
    """Return the remarks about two tables, the gravest first."""
    notes = [
        *_rejected(rejects),
        *_near(plans.values()),
        *_beaten(plans.values()),
        *_differing(found),
        *_two_forms(directory),
        *_sensitive(plans.values()),
        *_not_read(plans.values()),
    ]
    return tuple(notes)


def _rejected(rejects: Sequence[Reject]) -> list[Note]:
    if not rejects:
        return []
    fields = dict.fromkeys(str(fault.loc[-1]) for one in rejects for fault in one.faults if len(fault.loc) > 2)
    count = len(rejects)
    text = "1 row could not be read and takes" if count == 1 else f"{count} rows could not be read and take"
    text += " no part; see rejects"
    return [Note("rows_rejected", text, count, tuple(fields))]


def _near(plans: Iterable[Plan]) -> list[Note]:
    found = {heading: name for plan in plans for heading, name in plan.near.items()}
    return [
        Note("heading_near_field", f"{listed([heading])} is not read; if {name} is meant, map it", 1, (heading,))
        for heading, name in found.items()
    ]


def _beaten(plans: Iterable[Plan]) -> list[Note]:
    found = {heading: name for plan in plans for heading, name in plan.beaten.items()}
    return [
        Note(
            "heading_near_field",
            f"{listed([heading])} is not read as {name}, because another heading fits better; map it to change that",
            1,
            (heading,),
        )
        for heading, name in found.items()
    ]


def _differing(found: Mapping[Side, Columns]) -> list[Note]:
    """Say where both sides answered and (nearly) no label of one occurs on the other."""
    notes = []
    for asked, answered in _ASKED_AND_ANSWERED:
        columns = found["mentees"].values[asked], found["mentors"].values[answered]
        if not any(columns[0]) or not any(columns[1]):
            continue
        label_key = language_key if asked == "languages" else fold
        ours, theirs = ({label_key(label) for label in set().union(*column)} for column in columns)
        missing = len(ours - theirs)
        if 10 * len(ours & theirs) < len(ours) and missing:
            text = (
                f"{missing} of the {len(ours)} different {asked} of mentees are in no mentor's {answered}; "
                "the two sides may use other words for the same"
            )
            notes.append(Note("labels_differ", text, missing, tuple(dict.fromkeys((asked, answered)))))
    return notes


def _two_forms(directory: Directory) -> list[Note]:
    count = directory.in_two_forms
    if not count:
        return []
    text = (
        f"{count} id{'s' * (count > 1)} may be written in two ways, such as 007 and 7; they count as different people"
    )
    return [Note("id_in_two_forms", text, count, ("id",))]


def _sensitive(plans: Iterable[Plan]) -> list[Note]:
    notes = []
    unread = tuple(dict.fromkeys(heading for plan in plans for heading in plan.sensitive))
    if unread:
        text = f"not read, because confidential by the look of it: {listed(unread)}; map what is meant to be used"
        notes.append(Note("sensitive_heading", text, len(unread), unread))
    audit = tuple(dict.fromkeys(heading for plan in plans for heading in plan.audit if heading in plan.guessed_audit))
    if audit:
        text = f"kept for the fairness audit only: {listed(audit)}"
        notes.append(Note("sensitive_heading", text, len(audit), audit))
    return notes


def _not_read(plans: Iterable[Plan]) -> list[Note]:
    told = {heading for plan in plans for heading in (*plan.near, *plan.beaten)}
    used = {heading for plan in plans for heading in plan.mapping}
    hidden = dict.fromkeys(heading for plan in plans for heading in plan.hidden)
    found = tuple(heading for heading in hidden if heading not in told and heading not in used)
    if not found:
        return []
    text = f'kept but not used: {listed(found)}; to use one, map it: mapping={{"heading": "field or attributes"}}'
    return [Note("not_read", text, len(found), found)]
