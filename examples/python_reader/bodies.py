"""What stands in the body of every kind and version of record: the tables of docs/format.md, in their order.

A shape is a function that takes an unpacked value and gives it back with names, or raises `Misshapen`. Whatever has
fields becomes a dict, so that a reader need not know which version a field came with.
"""

import messagepack


class Misshapen(ValueError):
    """A body that is not as the tables say."""


def decode(kind, version, data):
    """The fields of a body by name; None where the kind or the version is not of this release."""
    shape = SHAPES.get((kind, version))
    if shape is None:
        return None
    try:
        return shape(messagepack.unpack(data))
    except messagepack.Malformed as error:
        raise Misshapen(str(error)) from None


# Ways to make shapes


def _integer(low, high):
    def read(value):
        if type(value) is not int or not low <= value <= high:
            raise Misshapen(f"{value!r} is not a whole number from {low} to {high}")
        return value

    return read


def _of_type(expected):
    def read(value):
        if type(value) is not expected:
            raise Misshapen(f"{value!r} is no {expected.__name__}")
        return value

    return read


def _maybe(shape):
    return lambda value: None if value is None else shape(value)


def _list_of(shape):
    def read(value):
        if type(value) is not list:
            raise Misshapen(f"{value!r} is no list")
        return [shape(part) for part in value]

    return read


def _fields(shapes):
    named = list(shapes.items())

    def read(value):
        if type(value) is not list or len(value) != len(named):
            raise Misshapen(f"not an array of {len(named)} fields: {value!r}")
        result = {}
        for (name, shape), part in zip(named, value):
            try:
                result[name] = shape(part)
            except Misshapen as error:
                raise Misshapen(f"{name}: {error}") from None
        return result

    return read


def _variants(shapes):
    """An array whose first value says by what it is followed."""

    def read(value):
        if type(value) is not list or not value or value[0] not in shapes:
            raise Misshapen(f"{value!r} is none of the variants")
        followed = shapes[value[0]]
        if len(value) != 1 + len(followed):
            raise Misshapen(f"{value!r} has another length")
        return value[:1] + [shape(part) for shape, part in zip(followed, value[1:])]

    return read


# Scalars

I32 = _integer(-(2**31), 2**31 - 1)
I64 = _integer(-(2**63), 2**63 - 1)
U8 = _integer(0, 2**8 - 1)
U16 = _integer(0, 2**16 - 1)
U32 = _integer(0, 2**32 - 1)
U64 = _integer(0, 2**64 - 1)
BOOL = _of_type(bool)
TEXT = _of_type(str)
POINTS = MONEY = TIME = I64
DAY = I32


def HASH(value):
    """32 bytes."""
    if type(value) is not bytes or len(value) != 32:
        raise Misshapen(f"{value!r} is no hash")
    return value


def _choice(count):
    return _integer(0, count - 1)


# Facts

BIRTHDAY = _fields({"month": _integer(1, 12), "day": _integer(1, 31)})
ATTRIBUTE = _fields({"name": TEXT, "value": TEXT})
PRICE = _fields({"amount": MONEY, "currency": TEXT})
PURPOSE_1 = {0: [TEXT], 1: [TEXT], 2: [MONEY]}
PURPOSE_2 = {**PURPOSE_1, 3: [TEXT, HASH]}
BY_HAND = {"actor": TEXT, "reason": TEXT}

PROFILE = {
    "key": _maybe(TEXT),
    "birthday": _maybe(BIRTHDAY),
    "segments": _list_of(TEXT),
    "attributes": _list_of(ATTRIBUTE),
}
LINE = _fields(
    {
        "id": _maybe(TEXT),
        "quantity": I64,
        "amount": MONEY,
        "discount": MONEY,
        "tax": MONEY,
        "sku": _maybe(TEXT),
        "category": _maybe(TEXT),
        "brand": _maybe(TEXT),
        "tags": _list_of(TEXT),
    }
)
ORDER_HEAD = {
    "key": _maybe(TEXT),
    "id": TEXT,
    "currency": TEXT,
    "channel": _maybe(TEXT),
    "store": _maybe(TEXT),
    "shipping": MONEY,
    "paid_with_points": MONEY,
    "paid_with_stored_value": MONEY,
}
ORDER_LINES = {"lines": _list_of(LINE)}
RETURNED_LINE = _fields({"line": TEXT, "part": _variants({0: [], 1: [I64], 2: [MONEY]})})
RETURN = {"key": _maybe(TEXT), "id": TEXT, "order": TEXT, "lines": _list_of(RETURNED_LINE)}
REDEMPTION = {"key": _maybe(TEXT), "id": TEXT, "currency": TEXT, "points": POINTS, "partial": BOOL}

FACTS = {
    (1, 1): _fields(PROFILE),
    (1, 2): _fields({**PROFILE, "referred_by": TEXT}),
    (2, 1): _fields(PROFILE),
    (3, 1): _fields({**ORDER_HEAD, **ORDER_LINES}),
    (3, 2): _fields({**ORDER_HEAD, "redemption": TEXT, **ORDER_LINES}),
    (4, 1): _fields(RETURN),
    (4, 2): _fields({**RETURN, "points_back": POINTS}),
    (5, 1): _fields({**REDEMPTION, "purpose": _variants(PURPOSE_1)}),
    (5, 2): _fields({**REDEMPTION, "purpose": _variants(PURPOSE_2)}),
    (6, 1): _fields({"key": _maybe(TEXT), "redemption": TEXT, "points": _maybe(POINTS)}),
    (7, 1): _fields(
        {
            "key": _maybe(TEXT),
            "currency": TEXT,
            "points": POINTS,
            "shortfall": _choice(2),
            **BY_HAND,
            "about": _maybe(U64),
        }
    ),
    (8, 1): _fields({"key": _maybe(TEXT), "effective_from": TIME, "semantics_version": I64, "source": TEXT}),
    (9, 1): _fields({"name": TEXT}),
    (10, 1): _fields({"key": _maybe(TEXT), "order": TEXT}),
    (11, 1): _fields(
        {
            "key": _maybe(TEXT),
            "id": _maybe(TEXT),
            "kind": TEXT,
            "amount": _maybe(PRICE),
            "score": _maybe(_integer(0, 10)),
            "channel": _maybe(TEXT),
            "store": _maybe(TEXT),
            "tags": _list_of(TEXT),
        }
    ),
    (20, 1): _fields(
        {
            "key": _maybe(TEXT),
            "id": TEXT,
            "currency": TEXT,
            "points": POINTS,
            "expires_at": TIME,
            "purpose": _variants(PURPOSE_2),
        }
    ),
    (21, 1): _fields({"key": _maybe(TEXT), "hold": TEXT, "points": _maybe(POINTS)}),
    (22, 1): _fields({"key": _maybe(TEXT), "hold": TEXT}),
    (23, 1): _fields({"key": _maybe(TEXT), "code": HASH}),
    (30, 1): _fields(
        {"key": _maybe(TEXT), "id": TEXT, "to": TEXT, "currency": TEXT, "points": POINTS, "gift": BOOL}
    ),
    (31, 1): _fields(
        {
            "key": _maybe(TEXT),
            "id": TEXT,
            "currency": TEXT,
            "points": POINTS,
            "price": _maybe(PRICE),
            "giver": _maybe(TEXT),
        }
    ),
    (32, 1): _fields({"key": _maybe(TEXT), "currency": TEXT, "points": _maybe(POINTS), **BY_HAND}),
    (33, 1): _fields(
        {
            "key": _maybe(TEXT),
            "currency": TEXT,
            "lot": _maybe(U32),
            "to": _variants({0: [TIME], 1: [], 2: [I64]}),
            **BY_HAND,
        }
    ),
    (34, 1): _fields({"key": _maybe(TEXT), "lot": U32, "expires_at": _maybe(TIME), **BY_HAND}),
    (40, 1): _fields({"key": _maybe(TEXT), "into": TEXT, **BY_HAND}),
    (41, 1): _fields({"key": _maybe(TEXT), "points": _maybe(_choice(2)), **BY_HAND}),
    (42, 1): _fields({"key": _maybe(TEXT), "earning": BOOL, "redeeming": BOOL, **BY_HAND}),
    (50, 1): _fields(
        {
            "key": _maybe(TEXT),
            "ladder": TEXT,
            "tier": TEXT,
            "term": _variants({0: [TIME], 1: [], 2: []}),
            **BY_HAND,
        }
    ),
    (51, 1): _fields({"key": _maybe(TEXT), "ladder": TEXT, **BY_HAND}),
    (52, 1): _fields({"key": _maybe(TEXT), "id": TEXT, "benefit": TEXT, "times": I64}),
    (53, 1): _fields({"key": _maybe(TEXT), "benefit": TEXT, "times": I64, **BY_HAND}),
}

# Parts of decisions

IDLE = _maybe(_fields({"months": U16, "at_most": _maybe(TIME)}))
CUT = _fields({"verdict": _choice(4), "granted": POINTS})
CUT_2 = _fields({"verdict": _choice(8), "granted": POINTS})
SHARE = {"rule": U16, "asked": POINTS, "remainder": I64}
CAP_ENTRY = _fields({"cap": U16, "period": _maybe(DAY), "room": POINTS, "used": POINTS})
BUDGET_ENTRY = _fields({"budget": U16, "room": I64, "used": I64})
REST = _fields({"cap": U16, "until": TIME})
STREAK = _fields({"activity": U8, "day": DAY, "length": U32})
VOUCHER = _fields({"code": HASH, "expires_at": _maybe(TIME)})
FIGURES = {"spend": MONEY, "points": POINTS, "orders": I64}
FIGURES_1 = _fields(FIGURES)
FIGURES_2 = _fields({**FIGURES, "referrals": I64, "activities": I64})
METRIC_1 = _fields({"ladder": U8, "bucket": _maybe(DAY), **FIGURES})
METRIC_2 = _fields({"ladder": U8, "bucket": _maybe(DAY), "figures": FIGURES_2, "challenge": BOOL})
COUNTED = _fields({"caps": _list_of(CAP_ENTRY), "metrics": _list_of(METRIC_2)})
LOT = {
    "number": U32,
    "currency": U8,
    "points": POINTS,
    "activates_at": _maybe(TIME),
    "expires_at": _maybe(TIME),
}
LOT_1 = _fields(LOT)
LOT_2 = _fields({**LOT, "idle": IDLE, "policy": _maybe(U16)})
DRAW = {"lot": U32, "points": POINTS, "earned": POINTS, "earned_at": TIME, "expires_at": _maybe(TIME)}
DRAWS_1 = _list_of(_fields(DRAW))
DRAWS_2 = _list_of(_fields({**DRAW, "idle": IDLE}))
OF_A_LOT = {"lot": U32, "currency": U8, "points": POINTS}
PLACE_1 = {"ladder": U8, "tier": U8, "since": _maybe(TIME), "until": _maybe(TIME), "grace": BOOL}
PLACE_2 = {**PLACE_1, "counted_from": _maybe(DAY)}
CHALLENGE = _fields({"all": BOOL, "asked": FIGURES_2, "reached": FIGURES_2})
GRANT = _fields({"tier": U8, "since": TIME, "until": _maybe(TIME), "challenge": _maybe(CHALLENGE)})
GRANTED = _fields({"ladder": U8, "grant": GRANT})

# A member's state, versions 2 and 3


def BALANCE(value):
    """Twelve accounts, in the order in which the page names them."""
    if type(value) is not list or len(value) != 12:
        raise Misshapen(f"{value!r} is no balance")
    return [POINTS(points) for points in value]


LOT_STATE = _fields(
    {
        "number": U32,
        "currency": U8,
        "pending": BOOL,
        "earned": POINTS,
        "remaining": POINTS,
        "earned_at": TIME,
        "activates_at": _maybe(TIME),
        "expires_at": _maybe(TIME),
        "idle": IDLE,
    }
)
BUCKETS_2 = _list_of(_fields({"start": _maybe(DAY), "figures": FIGURES_1}))
BUCKETS_3 = _list_of(_fields({"start": _maybe(DAY), "figures": FIGURES_2}))
LADDER_2 = {**PLACE_1, "buckets": BUCKETS_2}
LADDER_3 = {
    **PLACE_2,
    "buckets": BUCKETS_3,
    "carried": BUCKETS_3,
    "lifetime": FIGURES_2,
    "grant": _maybe(GRANT),
}
HOLD_STATE = _fields(
    {
        "id": TEXT,
        "currency": U8,
        "worth": _maybe(MONEY),
        "expires_at": TIME,
        "draws": DRAWS_2,
        "stock": _maybe(U16),
    }
)
STATUS = _fields({"closed_at": _maybe(TIME), "merged_into": _maybe(TEXT), "earning": BOOL, "redeeming": BOOL})
RENEWAL = {"currency": U8, "months": U16, "expires_at": TIME}


def _state(version, ladder):
    return _fields(
        {
            "version": _integer(version, version),
            "joined_at": _maybe(TIME),
            "settled_to": _maybe(TIME),
            "birthday": _maybe(BIRTHDAY),
            "segments": _list_of(TEXT),
            "attributes": _list_of(ATTRIBUTE),
            "orders": I64,
            "last_lot": U32,
            "balances": _list_of(BALANCE),
            "lots": _list_of(LOT_STATE),
            "ladders": _list_of(_fields(ladder)),
            "caps": _list_of(_fields({"cap": U16, "period": _maybe(DAY), "used": POINTS})),
            "status": _maybe(STATUS),
            "referral": _maybe(_fields({"referrer": TEXT, "paid": BOOL})),
            "holds": _list_of(HOLD_STATE),
            "vouchers": _list_of(VOUCHER),
            "cooldowns": _list_of(REST),
            "streaks": _list_of(STREAK),
            "renewals": _list_of(_fields(RENEWAL)),
            "birthday_at": _maybe(TIME),
        }
    )


# Decisions


def _earned(cut, lot, metric):
    return {
        "version": I64,
        "order_number": I64,
        "eligible": _list_of(U16),
        "shares": _list_of(_fields({**SHARE, "cut": _maybe(cut)})),
        "caps": _list_of(CAP_ENTRY),
        "lots": _list_of(lot),
        "metrics": _list_of(metric),
        "forget_before": _maybe(DAY),
    }


def _later_earned(metric, occasions):
    return _fields(
        {
            **_earned(CUT_2, LOT_2, metric),
            "on": _choice(occasions),
            "activity": _maybe(U8),
            "streak": _maybe(STREAK),
            "cooldowns": _list_of(REST),
            "budgets": _list_of(BUDGET_ENTRY),
        }
    )


def _clawed_back(draws, metric):
    take = {
        "currency": U8,
        "points": POINTS,
        "points_total": POINTS,
        "expired": POINTS,
        "from_pending": draws,
        "from_available": draws,
        "arrears": POINTS,
        "waived": POINTS,
    }
    return {
        "takes": _list_of(_fields(take)),
        "caps": _list_of(CAP_ENTRY),
        "metrics": _list_of(metric),
        "whole": BOOL,
    }


def _later_clawed_back(metric):
    return _fields(
        {
            **_clawed_back(DRAWS_2, metric),
            "budgets": _list_of(BUDGET_ENTRY),
            "cooldowns": _list_of(REST),
            "referral_cancelled": BOOL,
        }
    )


def _redeemed(draws):
    return {"currency": U8, "points": POINTS, "worth": _maybe(MONEY), "draws": draws}


def _reversed(draws):
    return {"currency": U8, "points": POINTS, "restored": draws}


def _debited(draws):
    return _fields({"currency": U8, "points": POINTS, "draws": draws, "arrears": POINTS})


def _tier_changed(reasons, figures):
    return {
        "ladder": U8,
        "version": I64,
        "from": U8,
        "to": U8,
        "why": _choice(reasons),
        "figures": figures,
        "thresholds": figures,
        "until": _maybe(TIME),
    }


REFERRAL = {"referrer": TEXT, "lots": _list_of(U32), "referrer_lots": _list_of(U32)}
REDEEMED_2 = _fields({**_redeemed(DRAWS_2), "stock": _maybe(BUDGET_ENTRY), "voucher": _maybe(VOUCHER)})

DECISIONS = {
    (101, 1): _fields({}),
    (102, 1): _fields(_earned(CUT, LOT_1, METRIC_1)),
    (102, 2): _later_earned(METRIC_1, 7),
    (102, 3): _later_earned(METRIC_2, 10),
    (103, 1): _fields(OF_A_LOT),
    (103, 2): _fields({**OF_A_LOT, "expires_at": _maybe(TIME), "idle": IDLE}),
    (104, 1): _fields(OF_A_LOT),
    (105, 1): _fields(_redeemed(DRAWS_1)),
    (105, 2): REDEEMED_2,
    (106, 1): _fields(_reversed(DRAWS_1)),
    (106, 2): _fields(
        {
            **_reversed(DRAWS_2),
            "of": _maybe(TEXT),
            "stock": _maybe(BUDGET_ENTRY),
            "voided": _maybe(HASH),
        }
    ),
    (107, 1): _fields(OF_A_LOT),
    (108, 1): _fields(_clawed_back(DRAWS_1, METRIC_1)),
    (108, 2): _later_clawed_back(METRIC_1),
    (108, 3): _later_clawed_back(METRIC_2),
    # The first version is the lot and nothing else.
    (109, 1): lambda value: {"lot": LOT_1(value)},
    (109, 2): _fields({"lot": LOT_2, "source": _choice(3), "caps": _list_of(CAP_ENTRY)}),
    (110, 1): _debited(DRAWS_1),
    (110, 2): _debited(DRAWS_2),
    (111, 1): _fields(_tier_changed(5, FIGURES_1)),
    (111, 2): _fields(
        {
            **_tier_changed(8, FIGURES_2),
            "counted_from": _maybe(DAY),
            "lifetime": _maybe(_fields({"figures": FIGURES_2, "thresholds": FIGURES_2})),
        }
    ),
    (112, 1): _fields(OF_A_LOT),
    (113, 1): _fields(RENEWAL),
    (114, 1): _fields(REFERRAL),
    (114, 2): _fields({**REFERRAL, "counted": COUNTED, "referrer_counted": COUNTED}),
    (115, 1): _fields({"counted": COUNTED}),
    (120, 1): _fields(
        {
            "hold": TEXT,
            "currency": U8,
            "points": POINTS,
            "worth": _maybe(MONEY),
            "draws": DRAWS_2,
            "expires_at": TIME,
            "stock": _maybe(BUDGET_ENTRY),
        }
    ),
    (121, 1): _fields({"hold": TEXT, "redeemed": REDEEMED_2, "released": DRAWS_2}),
    (122, 1): _fields(
        {
            "hold": TEXT,
            "currency": U8,
            "points": POINTS,
            "restored": DRAWS_2,
            "why": _choice(3),
            "stock": _maybe(BUDGET_ENTRY),
        }
    ),
    (123, 1): _fields({"code": HASH}),
    (130, 1): _fields(
        {
            "to": TEXT,
            "currency": U8,
            "points": POINTS,
            "fee": POINTS,
            "draws": DRAWS_2,
            "caps": _list_of(CAP_ENTRY),
        }
    ),
    (131, 1): _fields(
        {"from": TEXT, "currency": U8, "points": POINTS, "lots": _list_of(LOT_2), "gift": BOOL}
    ),
    (132, 1): _fields({"currency": U8, "points": POINTS}),
    (133, 1): _fields(
        {
            "currency": U8,
            "lots": _list_of(_fields({"lot": U32, "from": _maybe(TIME), "to": _maybe(TIME)})),
        }
    ),
    (134, 1): _fields({"of": U32, "lot": LOT_2}),
    (140, 1): _fields({"into": TEXT, "balances": _list_of(BALANCE)}),
    (141, 1): _fields({"from": TEXT, "state": _state(2, LADDER_2), "ladders": _list_of(_fields(PLACE_1))}),
    (141, 2): _fields(
        {
            "from": TEXT,
            "state": _state(3, LADDER_3),
            "ladders": _list_of(_fields(PLACE_2)),
            "grants": _list_of(GRANTED),
        }
    ),
    (142, 1): _fields(
        {"forfeited": _list_of(_fields({"currency": U8, "available": DRAWS_2, "pending": DRAWS_2}))}
    ),
    (143, 1): _fields({"earning": BOOL, "redeeming": BOOL}),
    (150, 1): _fields({"ladder": U8, "version": I64, "into": DAY, "figures": FIGURES_2}),
    (151, 1): GRANTED,
    (152, 1): _fields({"ladder": U8, "tier": U8, "why": _choice(4)}),
    (153, 1): _fields({"version": I64, "tier": U8, "count": CAP_ENTRY}),
    (154, 1): _fields({"count": CAP_ENTRY}),
}

SHAPES = {**FACTS, **DECISIONS}
