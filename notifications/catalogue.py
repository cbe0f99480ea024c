"""Which happening concerns whom, and in which words. Both sides get mirror sentences of like length and warmth.

Placeholders: ``title`` of the goods, ``number`` of the case, ``amount`` as money, ``due`` as a moment, ``items``: names of
evidence, each with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from journal.kinds import Kind

Text = str | Promise

BUYER, MERCHANT, ASSIGNEE, SENIORS, OPS = "buyer", "merchant", "assignee", "seniors", "ops"
# Whoever sits on the jury of a case. They are told neither its number nor what it is about.
JURORS = "jurors"

_UNREADABLE = _(
    "A video that you sent cannot be shown. The reason is beside it on the evidence page. Send another copy."
)
_SET_ASIDE = _("A file could not be prepared three times and was set aside. It is listed under what is stuck.")
_INCOMPLETE = _(
    "Your evidence is in, but this is still missing: %(items)s. Add it until %(due)s. Without it, the rule on who has to "
    "prove it decides."
)
_OTHER_SIDE_EVIDENCE = _("The other side added evidence. You can look at it and answer it.")
_RULED = _("The ruling is out, with reasons for every point. You can appeal until %(due)s.")
_MORE = _("The arbitrator needs more evidence. Add it until %(due)s, or we decide on what we have.")
_HOLD = _("The case is on hold. All clocks stand still; what was left of each term is kept.")
_RUNS = _("The clocks run again. Your terms continue with what was left of them.")
_PAID = _("The case is closed and all money has been moved. Its record stays readable here.")
_WINDOW = _("The appeal period is over. The ruling is now carried out.")
_QUEUE = _(
    "Every point has been answered, and the case waits for an arbitrator. You will be told as soon as it is taken."
)
_ENDED = _(
    "The evidence period is over, and the case waits for an arbitrator. You will be told as soon as it is taken."
)
_UNANSWERED = _(
    "No answer came in time, and the case waits for an arbitrator. You will be told as soon as it is taken."
)
_TAKEN = _("An arbitrator has taken the case and is reading what both sides gave.")
_SETTLED = _("You both agreed. The agreement is now carried out; nobody needs to do anything else.")
_CHANGED = _("The appeal is decided and the ruling has been changed. The reasons are in the letter.")
_TO_JURY = _("The public jury is asked one question about this case. It answers until %(due)s; you need do nothing.")
_JURY_SAID = _("The public jury has voted. The split and its reasons are on the case page; the arbitrator rules.")
_UPHELD = _("The appeal is decided and the ruling stands. The reasons are in the letter.")

CATALOGUE: Mapping[Kind, Mapping[str, Text]] = {
    Kind.REFUND_REQUESTED: {
        MERCHANT: _("A buyer asks for %(amount)s back. Reply until %(due)s."),
    },
    Kind.REQUEST_REVISED: {
        MERCHANT: _("The buyer changed the request to %(amount)s. Reply until %(due)s."),
    },
    Kind.REFUND_AGREED: {
        BUYER: _("The refund of %(amount)s is agreed and on its way to you."),
        MERCHANT: _("The refund of %(amount)s is agreed and on its way to the buyer."),
    },
    Kind.RETURN_AGREED: {
        BUYER: _("The return is agreed. Send the goods back until %(due)s."),
        MERCHANT: _("The return is agreed. The buyer sends the goods back until %(due)s."),
    },
    Kind.REFUND_REFUSED: {
        BUYER: _(
            "The merchant refused the request. Change it or ask the platform to step in until %(due)s; then it ends."
        ),
    },
    Kind.MERCHANT_SILENT: {
        BUYER: _("The merchant did not reply in time. Ask the platform to step in until %(due)s; then it ends."),
        MERCHANT: _("You did not reply in time. The buyer can ask the platform to step in now."),
    },
    Kind.RETURN_SHIPPED: {
        MERCHANT: _("The buyer sent the goods back. Check them and confirm until %(due)s."),
    },
    Kind.RETURN_ACCEPTED: {
        BUYER: _("The return is confirmed. Your refund is on its way."),
        MERCHANT: _("The return is confirmed. The refund is on its way."),
    },
    Kind.RETURN_REFUSED: {
        BUYER: _("The merchant objects to what came back. Ask the platform to step in until %(due)s; then it ends."),
    },
    Kind.REQUEST_LAPSED: {
        BUYER: _("The request ended because its term ran out. You can file again while the window is open."),
        MERCHANT: _("The request ended because its term ran out. Nothing is owed on this request."),
    },
    Kind.WITHDRAWN: {
        MERCHANT: _("The buyer withdrew the claim. Nothing more is needed from you."),
    },
    Kind.OFFER_MADE: {
        BUYER: _("There is a proposal: %(amount)s. Accept or decline it until %(due)s."),
        MERCHANT: _("There is a proposal: %(amount)s. Accept or decline it until %(due)s."),
    },
    Kind.OFFER_ACCEPTED: {BUYER: _SETTLED, MERCHANT: _SETTLED},
    Kind.SHOP_ASSIGNED: {
        MERCHANT: _("A colleague gave you this case to look after."),
    },
    Kind.SECOND_PERSON_ASKED: {
        MERCHANT: _(
            "A colleague needs a second person for %(amount)s. Confirm it on the case page, or do not; the deadline runs on."
        ),
    },
    Kind.SECOND_PERSON_DECLINED: {
        MERCHANT: _("The %(amount)s that you proposed were not confirmed. The case is as open as before."),
    },
    Kind.OFFER_DECLINED: {
        BUYER: _("The proposal was declined. The case goes on where it was."),
        MERCHANT: _("The proposal was declined. The case goes on where it was."),
    },
    Kind.INTERVENTION_REQUESTED: {
        MERCHANT: _("The platform has been asked to step in. We check whether the case can be accepted."),
        BUYER: _("The platform has been asked to step in. We check whether the case can be accepted."),
        OPS: _("A case waits for the acceptance check until %(due)s."),
    },
    Kind.ADMITTED: {
        BUYER: _("The case is accepted. Give your evidence until %(due)s."),
        MERCHANT: _("The case is accepted. Give your evidence until %(due)s."),
    },
    Kind.NOT_ADMITTED: {
        BUYER: _("The case was not accepted. The reason, the rule and other ways are on the case page."),
        MERCHANT: _("The case was not accepted. The reason and the rule are on the case page."),
    },
    Kind.EVIDENCE_ADDED: {BUYER: _OTHER_SIDE_EVIDENCE, MERCHANT: _OTHER_SIDE_EVIDENCE},
    Kind.EVIDENCE_UNREADABLE: {BUYER: _UNREADABLE, MERCHANT: _UNREADABLE, OPS: _SET_ASIDE},
    Kind.EVIDENCE_INCOMPLETE: {BUYER: _INCOMPLETE, MERCHANT: _INCOMPLETE},
    Kind.BUYER_HANDED_IN: {
        MERCHANT: _("The buyer's evidence is in. Accept the claim or answer each point until %(due)s."),
    },
    Kind.CLAIM_ACCEPTED: {
        BUYER: _("The merchant accepted your claim of %(amount)s. It is now carried out."),
        MERCHANT: _("You accepted the claim of %(amount)s. It is now carried out."),
    },
    Kind.EVIDENCE_CLOSED: {BUYER: _ENDED, MERCHANT: _ENDED},
    Kind.CLAIM_REBUTTED: {BUYER: _QUEUE, MERCHANT: _QUEUE},
    Kind.CONFIRMATION_LAPSED: {BUYER: _UNANSWERED, MERCHANT: _UNANSWERED},
    Kind.TAKEN: {BUYER: _TAKEN, MERCHANT: _TAKEN, ASSIGNEE: _("Operations gave you this case to decide.")},
    Kind.APPROVAL_TAKEN: {ASSIGNEE: _("Operations gave you this ruling to check.")},
    Kind.APPEAL_TAKEN: {ASSIGNEE: _("Operations gave you this appeal to decide.")},
    Kind.HANDED_BACK: {SENIORS: _("What another senior had in hand waits for somebody else.")},
    Kind.RETURNED_TO_QUEUE: {
        BUYER: _("The ruling is late. The case goes first in the queue and gets another arbitrator."),
        MERCHANT: _("The ruling is late. The case goes first in the queue and gets another arbitrator."),
        SENIORS: _("A review ran out of time; the case is back in the queue with priority."),
    },
    Kind.PICKUP_OVERDUE: {SENIORS: _("A case waits too long for an arbitrator. Its priority was raised.")},
    Kind.MORE_EVIDENCE_ASKED: {BUYER: _MORE, MERCHANT: _MORE},
    Kind.SENT_TO_JURY: {BUYER: _TO_JURY, MERCHANT: _TO_JURY},
    Kind.JURY_DRAWN: {JURORS: _("You were drawn for a jury. A case waits for you until %(due)s.")},
    Kind.JURY_REPLACED: {JURORS: _("You were drawn for a jury. A case waits for you until %(due)s.")},
    Kind.JURY_REMINDED: {JURORS: _("The case on your jury page still waits for you, until %(due)s.")},
    Kind.JURY_COUNTED: {
        BUYER: _JURY_SAID,
        MERCHANT: _JURY_SAID,
        ASSIGNEE: _("The public jury has voted. The case is yours to rule again."),
        JURORS: _("The vote you took part in is over. Thank you; your record shows the result."),
    },
    Kind.RULING_PROPOSED: {SENIORS: _("A ruling waits for approval until %(due)s.")},
    Kind.RULING_RETURNED: {ASSIGNEE: _("Your ruling came back with a reason. Change it and send it again.")},
    Kind.RULING_SERVED: {BUYER: _RULED, MERCHANT: _RULED},
    Kind.APPROVAL_OVERDUE: {SENIORS: _("An approval is late. Its priority was raised.")},
    Kind.APPEAL_FILED: {
        BUYER: _("An appeal was filed. The other side can answer until %(due)s."),
        MERCHANT: _("An appeal was filed. The other side can answer until %(due)s."),
        SENIORS: _("An appeal was filed. It needs somebody other than the first arbitrator."),
    },
    Kind.APPEAL_UPHELD: {BUYER: _UPHELD, MERCHANT: _UPHELD},
    Kind.APPEAL_CHANGED: {BUYER: _CHANGED, MERCHANT: _CHANGED},
    Kind.APPEAL_SENT_BACK: {
        BUYER: _("The appeal is decided: the case is ruled again by somebody else."),
        MERCHANT: _("The appeal is decided: the case is ruled again by somebody else."),
    },
    Kind.APPEAL_OVERDUE: {SENIORS: _("An appeal decision is late. Its priority was raised.")},
    Kind.APPEAL_WINDOW_CLOSED: {BUYER: _WINDOW, MERCHANT: _WINDOW},
    Kind.ADVANCE_PROPOSED: {OPS: _("An advance of %(amount)s waits for a second person.")},
    Kind.ADVANCE_APPROVED: {
        BUYER: _("The platform pays you %(amount)s before the ruling is final. You need do nothing."),
        MERCHANT: _(
            "The platform pays the buyer %(amount)s in advance. It is drawn from your money if the ruling stands."
        ),
    },
    Kind.REFUND_REPORTED: {
        BUYER: _("The marketplace reported a refund of %(amount)s made outside of this case."),
        MERCHANT: _("The marketplace reported a refund of %(amount)s made outside of this case."),
    },
    Kind.COMPLIED: {
        BUYER: _("The merchant says that the ruling is carried out. The case page says how."),
    },
    Kind.EXECUTION_FINISHED: {BUYER: _PAID, MERCHANT: _PAID},
    Kind.CLOCKS_STOPPED: {BUYER: _HOLD, MERCHANT: _HOLD},
    Kind.CLOCKS_RESUMED: {BUYER: _RUNS, MERCHANT: _RUNS},
    Kind.DEADLINE_EXTENDED: {
        BUYER: _("A deadline was extended to %(due)s. The reason is on the case page."),
        MERCHANT: _("A deadline was extended to %(due)s. The reason is on the case page."),
    },
    Kind.DEADLINE_RECOMPUTED: {
        BUYER: _("A due date is now certain: %(due)s. The official calendar has been published."),
        MERCHANT: _("A due date is now certain: %(due)s. The official calendar has been published."),
    },
    Kind.DEADLINE_REMINDED: {
        BUYER: _("It is still your turn. The term ends %(due)s."),
        MERCHANT: _("It is still your turn. The term ends %(due)s."),
    },
}

# The same kind, where the term that ends is that of a proposal.
OFFER_ENDS: Text = _("The proposal of %(amount)s still waits for your answer. It ends %(due)s.")
# The same, where something other than money is owed after it.
IN_KIND: Mapping[Kind, Mapping[str, Text]] = {
    Kind.RETURN_ACCEPTED: {
        BUYER: _("The return is confirmed. The merchant now has to do what was ordered."),
        MERCHANT: _("The return is confirmed. Now do what was ordered until %(due)s."),
    },
}
# The same, where the buyer has to send the goods back before the money moves.
RETURN_FIRST: Mapping[Kind, Mapping[str, Text]] = {
    Kind.OFFER_ACCEPTED: {
        BUYER: _(
            "You both agreed: %(amount)s for you once the goods are back. Send them until %(due)s, or the request ends "
            "without a refund."
        ),
        MERCHANT: _("You both agreed: %(amount)s for the buyer once the goods are back, sent until %(due)s."),
    },
    Kind.CLAIM_ACCEPTED: {
        BUYER: _(
            "The merchant accepted your claim of %(amount)s. Send the goods back until %(due)s, or the request ends "
            "without a refund."
        ),
        MERCHANT: _("You accepted the claim of %(amount)s. The buyer sends the goods back until %(due)s."),
    },
}
# The same case handed over, while a term of the shop's runs in it.
HANDED_OVER_WITH_A_TERM: Text = _("A colleague gave you this case to look after. The shop has until %(due)s.")
# A proposal of the platform that one side has accepted: nothing is agreed before the other has.
HALF_AGREED: Text = _(
    "The other side accepted the platform's proposal of %(amount)s. It is agreed if you accept it too, until %(due)s."
)
# Where the merchant claims and the buyer answers: what takes the place of the words above.
OF_A_PAYOUT: Mapping[Kind, Mapping[str, Text]] = {
    Kind.CLAIM_FILED: {
        BUYER: _(
            "The merchant wants %(amount)s back that you were paid. We check whether we look at it; you will be heard."
        ),
        OPS: _("A case waits for the acceptance check until %(due)s."),
    },
    Kind.WITHDRAWN: {
        BUYER: _("The merchant withdrew the claim. The money stays with you; nothing more is needed from you."),
    },
    Kind.NOT_ADMITTED: {
        BUYER: _("The merchant's claim was not accepted. The money stays with you. The reason is on the case page."),
        MERCHANT: _("The case was not accepted. The reason, the rule and other ways are on the case page."),
    },
    Kind.BUYER_HANDED_IN: {},
    Kind.MERCHANT_HANDED_IN: {
        BUYER: _("The merchant's evidence is in. Answer each point until %(due)s. Silence admits nothing."),
    },
    Kind.CLAIM_ACCEPTED: {
        BUYER: _("You accepted the claim of %(amount)s. It is now carried out."),
        MERCHANT: _("The buyer accepted your claim of %(amount)s. It is now carried out."),
    },
}


def concerned(kind: Kind, claimant: str) -> Mapping[str, Text]:
    """Whom ``kind`` concerns in a case of this claimant, and in which words."""
    usual = CATALOGUE.get(kind, {})
    return usual if claimant == BUYER else OF_A_PAYOUT.get(kind, usual)


# Said to the side that did not do it itself: whoever acted knows.
NOT_TO_WHO_ACTED = frozenset(
    {
        Kind.EVIDENCE_ADDED,
        Kind.OFFER_MADE,
        Kind.OFFER_DECLINED,
        Kind.INTERVENTION_REQUESTED,
        Kind.CLAIM_FILED,
        Kind.APPEAL_FILED,
        Kind.REFUND_AGREED,
    }
)
