"""What is worth saying about the data: the notes of a pool, made from public data only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mentormatch.people.columns import Columns
from mentormatch.people.directory import Directory
from mentormatch.people.fields import FIELD
from mentormatch.people.headings import HOW_TO_MAP, Plan, listed
from mentormatch.people.languages import language_key
from mentormatch.people.notes import Note, Reject, Side
from mentormatch.people.values import fold

_FORMS_NAMED = 3
_ASKED_AND_ANSWERED = (("needs", "offers"), ("goals", "goals"), ("languages", "languages"))


def collect(
    plans: Mapping[Side, Plan],
    found: Mapping[Side, Columns],
    rejects: Sequence[Reject],
    directory: Directory,
    *,
    above: int = 0,
) -> tuple[Note, ...]:
    """Return the remarks about two tables, the gravest first; ``above`` lines stood over the headings."""
    notes = [
        *_rejected(rejects),
        *_near(plans.values()),
        *_beaten(plans.values()),
        *_differing(found),
        *_two_forms(directory),
        *_sensitive(plans.values()),
        *_not_read(plans.values()),
        *_above(above),
    ]
    return tuple(notes)


def _above(count: int) -> list[Note]:
    if not count:
        return []
    text = "1 line above the headings is not read" if count == 1 else f"{count} lines above the headings are not read"
    return [Note("not_read", text, count)]


def _rejected(rejects: Sequence[Reject]) -> list[Note]:
    if not rejects:
        return []
    named = (str(fault.loc[-1]) for one in rejects for fault in one.faults if len(fault.loc) > 2)
    # A note goes wherever the matching goes: a fault in what was told in confidence is told in the rejects alone.
    fields = dict.fromkeys(name for name in named if name in FIELD and FIELD[name].public)
    count = len(rejects)
    text = "1 row could not be read and takes" if count == 1 else f"{count} rows could not be read and take"
    text += " no part; see rejects"
    return [Note("rows_rejected", text, count, tuple(fields))]


def _near(plans: Iterable[Plan]) -> list[Note]:
    found = {heading: name for plan in plans for heading, name in plan.near.items()}
    return [
        Note("heading_near_field", f"{listed([heading])} is not read; if {name} is meant, {HOW_TO_MAP}", 1, (heading,))
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
    forms = directory.in_two_forms
    count = len(forms)
    if not count:
        return []
    named = "; ".join(" and ".join(listed([one]) for one in each[:_FORMS_NAMED]) for each in forms[:_FORMS_NAMED])
    more = f"; and {count - _FORMS_NAMED} more" if count > _FORMS_NAMED else ""
    ways = f"{count} id{'s' * (count > 1)} may be written in two ways"
    return [Note("id_in_two_forms", f"{ways}, and count as different people: {named}{more}", count, ("id",))]


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
    text = f"kept but not used: {listed(found)}; to use one, {HOW_TO_MAP} (a field, or attributes)"
    return [Note("not_read", text, len(found), found)]
