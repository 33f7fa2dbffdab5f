use expect_test::{Expect, expect};

use super::*;
use crate::decide::order::LineSeen;
use crate::ids::TierNumber;
use crate::money::CurrencyCode;
use crate::points::Points;
use crate::programme::parse::check;
use crate::programme::plan::Symbols;
use crate::state::{Balance, LadderState};

const PROGRAMME: &str = r#"name = "Test"
zone = "Asia/Shanghai"
[[money]]
code = "EUR"
[[currency]]
id = "points"
[[ladder]]
id = "status"
period = "calendar_year"
[[ladder.tier]]
id = "member"
[[ladder.tier]]
id = "gold"
entry = { all = { spend = "2000.00" } }
[[ladder]]
id = "club"
period = "lifetime"
[[ladder.tier]]
id = "guest"
"#;

fn compiled(source: &str) -> Expression {
    compile(source, &mut |_| {}).unwrap_or_else(|error| panic!("{source}: {error}"))
}

fn symbols_of(expression: &Expression) -> Symbols {
    let mut symbols = Symbols::default();
    for mention in expression.mentions() {
        match mention {
            Mention::Text(text) => symbols.texts.push(text.clone()),
            Mention::Tag(tag) => symbols.tags.push(tag.clone()),
            _ => {}
        }
    }
    symbols
}

/// An order of 3 lines on Friday, 2026-05-01, 00:30 in Shanghai.
fn order(symbols: &Symbols) -> OrderSeen {
    let line = |amount, quantity, category: &str, tags: &[&str]| LineSeen {
        quantity,
        amount: Money(amount),
        tax: Money(10),
        category: symbols.symbol(category),
        sku: symbols.symbol("S-1"),
        tags: tags.iter().fold(0, |bits, tag| bits | symbols.tag_bit(tag)),
        ..LineSeen::default()
    };
    OrderSeen {
        currency: CurrencyCode::parse("EUR"),
        channel: symbols.symbol("web"),
        shipping: Money(500),
        lines: vec![
            line(1_000, 1, "WINE", &["promo"]),
            line(2_000, 2, "BEER", &[]),
            line(3_000, 3, "WINE", &["new"]),
        ],
        ..OrderSeen::default()
    }
}

fn member(plan: &Plan) -> MemberState {
    let joined_at = Instant::parse_rfc3339("2026-04-21T12:00:00Z");
    let mut state = MemberState { joined_at, orders: 4, ..MemberState::default() };
    state.profile.segments = vec!["vip".into(), "press".into()];
    state.profile.attributes = vec![("city".into(), "Wien".into()), ("since".into(), "2019-07".into())];
    state.balances.push(Balance { available: Points(750), ..Balance::default() });
    let status = plan.ladders[0].as_ref().unwrap();
    state.ladders.push(LadderState { tier: status.tiers[1].number, ..LadderState::new(status.number) });
    assert_eq!(status.tiers[1].number, TierNumber(1));
    state
}

fn holds_for(source: &str, change: impl FnOnce(&mut OrderSeen)) -> bool {
    let expression = compiled(source);
    let mut plan = check(PROGRAMME).unwrap_or_else(|findings| panic!("{findings}")).plan;
    plan.symbols = symbols_of(&expression);
    let state = member(&plan);
    let mut order = order(&plan.symbols);
    change(&mut order);
    let at = Instant::parse_rfc3339("2026-04-30T16:30:00Z").unwrap();
    let seen = Seen { plan: &plan, order: &order, at, member: Some(&state), activity: None };
    let holds = expression.holds(&seen);
    assert_eq!(holds, expression.holds(&seen), "the same question has the same answer");
    holds
}

fn holds(source: &str) -> bool {
    holds_for(source, |_| {})
}

/// Sources one a line, each of which must hold.
fn all_hold(sources: &str) {
    for source in sources.lines().map(str::trim).filter(|line| !line.is_empty()) {
        assert!(holds(source), "{source}");
    }
}

/// Sources one a line, each of which must neither hold nor hold when negated.
fn none_can_be_known(sources: &str) {
    for source in sources.lines().map(str::trim).filter(|line| !line.is_empty()) {
        assert!(!holds(source), "{source}");
        assert!(!holds(&format!("!({source})")), "!({source})");
    }
}

/// Renders what is wrong with each line.
fn refused(sources: &str, expected: Expect) {
    let mut out = String::new();
    for source in sources.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let error = compile(source, &mut |_| panic!("a refused expression has no texts")).unwrap_err();
        let place = error.offset_bytes.map_or("  ".to_owned(), |offset| format!("{offset:2}"));
        out.push_str(&format!("{source}\n  {place} {error}\n"));
    }
    expected.assert_eq(&out);
}

#[test]
fn figures_and_texts_of_an_order_can_be_asked() {
    all_hold(
        "
        order.amount == 6000 && order.total == 6530 && order.quantity == 6 && order.shipping == 500
        order.paid_with_points == 0 && order.currency == 'EUR'
        order.channel == 'web' && order.channel != 'shop' && 'web' == order.channel
        order.store != 'Berlin'
        !(order.store == 'Berlin') && !(order.store in ['Berlin', 'Bonn'])
        order.channel in ['app', 'web'] && order.currency in ['EUR', 'USD']
        order.lines[0].category == 'WINE' && order.lines[2].amount == 3000 && order.lines[1].tax == 10
        order.total / 1000 == 6 && order.total % 1000 == 530 && -order.total < 0 - 1 && order.amount * 2 - 1 == 11999
        (order.total > 6000 ? order.shipping : 0) == 500
        order.total <= 6530 && !(order.total <= 6529) && order.total >= 6530 && !(order.total < 6530)
        (order.total > 0) == true && !((order.total > 0) == false) && (order.total > 0) != false
        ",
    );
}

#[test]
fn macros_go_over_lines_segments_and_literals() {
    all_hold(
        "
        order.lines.exists(l, l.category == 'BEER' && l.amount >= 2000)
        !order.lines.exists(l, l.category == 'FOOD')
        order.lines.all(l, l.sku == 'S-1' && l.quantity > 0 && l.discount == 0)
        order.lines.exists_one(l, l.amount == 2000) && !order.lines.exists_one(l, l.category == 'WINE')
        order.lines.exists(l, 'promo' in l.tags) && order.lines.exists(l, !('promo' in l.tags) && 'new' in l.tags)
        size(order.lines) == 3 && order.lines.size() == 3
        order.lines.filter(l, l.category == 'WINE').size() == 2
        size(order.lines.filter(l, l.category == 'WINE').filter(x, x.amount > 1000)) == 1
        order.lines.filter(l, l.category == 'WINE').all(l, l.brand != 'Acme')
        order.lines.exists(l, order.lines.exists(m, m.amount > l.amount && m.category != 'BEER' && l.category == 'BEER'))
        member.segments.exists(s, s == 'vip') && size(member.segments) == 2 && member.segments[1] == 'press'
        ['staff', 'vip'].exists(s, s in member.segments) && !['staff', 'guest'].exists(s, s in member.segments)
        ['vip', 'press'].all(s, s in member.segments) && !['vip', 'staff'].all(s, s in member.segments)
        [4, 5].all(d, d >= 4) && ![4, 5].all(d, d <= 4) && ![6, 7].exists(d, d == moment.weekday)
        [6, 7].exists(d, d == moment.weekday) || [1, 5].exists(d, d == moment.weekday)
        ",
    );
}

#[test]
fn members_and_moments_can_be_asked() {
    all_hold(
        "
        member.tier == 'gold' && member.tiers['status'] == 'gold' && member.tiers.club == 'guest'
        member.tier in ['gold', 'platinum']
        'vip' in member.segments && !('staff' in member.segments)
        member.attributes['city'] == 'Wien' && member.attributes.since < '2020' && 'city' in member.attributes
        has(member.attributes.city) && !has(member.attributes.street) && has(member.available.points)
        member.orders == 4 && member.days_since_joining == 10
        member.available['points'] >= 750 && member.available.points * 2 == 1500
        moment.year == 2026 && moment.month == 5 && moment.day == 1 && moment.weekday == 5 && moment.hour == 0
        activity.kind == '' && activity.score == -1 && activity.amount == 0
        ",
    );
}

#[test]
fn an_activity_can_be_asked() {
    let expression = compiled("activity.kind == 'review' && activity.score >= 9 && activity.amount == 100");
    let plan = check(PROGRAMME).unwrap().plan;
    let state = member(&plan);
    let order = OrderSeen::default();
    let activity = Some(ActivitySeen { kind: "review", score: Some(9), amount: Money(100) });
    let seen = Seen { plan: &plan, order: &order, at: Instant::MIN, member: Some(&state), activity };
    assert!(expression.holds(&seen));
    assert!(!expression.holds(&Seen { activity: None, ..seen }));
}

#[test]
fn what_cannot_be_worked_out_does_not_hold() {
    none_can_be_known(
        "
        order.total / 0 == 1
        order.total % (order.shipping - 500) == 0
        9223372036854775807 + order.total > 0
        -9223372036854775808 - order.total < 0
        order.total * 9223372036854775807 > 0
        -(-9223372036854775807 - 1) > 0
        (-9223372036854775807 - 1) / -1 > 0
        order.lines[3].amount > 0
        order.lines[-1].amount > 0
        member.segments[2] == 'vip'
        member.attributes['street'] == 'Ring'
        member.tiers['none'] == 'gold'
        member.available['miles'] > 0
        order.lines.all(l, l.amount / 0 == 1)
        order.lines.exists_one(l, l.amount / (l.amount - 1000) > 1)
        order.total / 0 == 1 || false
        order.total / 0 == 1 && true
        ",
    );
    assert!(!holds_for("order.amount > 0", |order| order.lines[0].amount = Money(i64::MAX)));
    assert!(!holds_for("order.total > 0", |order| order.shipping = Money(i64::MAX)));
}

#[test]
fn a_side_that_settles_the_matter_does_so_whatever_the_other_is() {
    all_hold(
        "
        order.total / 0 == 1 || true
        true || order.total / 0 == 1
        !(order.total / 0 == 1 && false)
        order.lines.exists(l, l.amount / (l.amount - 1000) > 1)
        !order.lines.all(l, l.amount / (l.amount - 1000) > 2)
        ",
    );
}

#[test]
fn an_expression_on_the_member_does_not_hold_without_one() {
    let plan = check(PROGRAMME).unwrap().plan;
    let order = OrderSeen::default();
    let seen = Seen { plan: &plan, order: &order, at: Instant::MIN, member: None, activity: None };
    assert!(!compiled("member.orders >= 0").holds(&seen));
    assert!(!compiled("member.tier != 'gold'").holds(&seen));
    assert!(compiled("order.quantity == 0").holds(&seen));
}

#[test]
fn more_steps_than_the_limit_do_not_hold() {
    let many = |order: &mut OrderSeen| order.lines = vec![LineSeen::default(); 10_000];
    assert!(holds_for("order.lines.all(l, l.quantity == 0 && l.amount == 0)", many));
    assert!(!holds_for("order.lines.all(l, order.lines.all(m, m.quantity == l.quantity))", many));
    assert!(!holds_for("order.lines.all(l, order.quantity == 0)", many));
}

#[test]
fn only_what_is_asked_of_the_member_and_the_moment_is_judged_once() {
    for source in ["member.orders > 1", "order.total > 1 && moment.hour < 9", "activity.score == 9"] {
        assert!(compiled(source).speaks_of_member(), "{source}");
    }
    let expression = compiled("order.lines.exists(member_line, member_line.amount > 1)");
    assert!(!expression.speaks_of_member());
    assert!(expression.speaks_of(Subject::Order) && !expression.speaks_of(Subject::Member));
}

#[test]
fn literals_that_mean_something_elsewhere_are_told() {
    let source =
        "order.channel == 'web' && order.lines.exists(l, l.category in ['b', 'a'] && 'new' in l.tags)
        && member.tier == 'gold' && member.tiers['club'] != 'guest' && member.available.points > 0
        && order.currency == 'EUR' && activity.kind in ['review'] && member.attributes.city == 'Wien'";
    let mut texts = Vec::new();
    let expression = compile(source, &mut |text| texts.push(text.to_owned())).unwrap();
    assert_eq!(texts, ["a", "b", "web"]);
    expect![[r#"
        [Text("a"), Text("b"), Text("web"), Tag("new"), Ladder("club"), Tier { ladder: None, tier: "gold" }, Tier { ladder: Some("club"), tier: "guest" }, Currency("points"), Money("EUR"), ActivityKind("review")]"#]]
    .assert_eq(&format!("{:?}", expression.mentions()));
}

#[test]
fn cost_is_the_nodes_as_written() {
    assert_eq!(compiled("true").cost(), 1);
    assert_eq!(compiled("order.total > 10000").cost(), 4);
    assert_eq!(compiled("order.lines.exists(l, l.category == 'WINE')").cost(), 7);
    let sum = |count: usize| format!("0 == {}1", "1+".repeat(count - 1));
    assert_eq!(compiled(&sum(99)).cost(), 199);
    assert!(compile(&sum(100), &mut |_| {}).unwrap_err().message.contains("more than 200 nodes"));
    let long = format!("true{}", " ".repeat(SOURCE_BYTES_MAX));
    assert!(compile(&long, &mut |_| {}).unwrap_err().message.contains("2004 bytes long; at most 2000"));
}

#[test]
fn deep_nesting_is_refused_before_it_is_read() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("size(", ")"), ("a[", "]"), ("{1:", "}"), ("true?true:", "")]
    {
        let source = format!("{}1{}", open.repeat(150), close.repeat(150));
        let error = compile(&source, &mut |_| {}).unwrap_err();
        assert_eq!(error.message, "the expression is nested more than 32 deep", "{source}");
    }
}

#[test]
fn equal_sources_are_equal_expressions() {
    assert_eq!(compiled("order.total > 1"), compiled("order.total > 1"));
    assert_ne!(compiled("order.total > 1"), compiled("order.total>1"));
}

#[test]
fn unknown_names_are_refused_with_what_there_is() {
    refused(
        "
        total > 1
        order.totl > 1
        order.lines.exists(l, l.price > 1)
        member.level == 'gold'
        activity.points > 1
        moment.minute > 1
        order.total.x > 1
        member.attributes.city.name == 'a'
        now() > 1
        order.lines.exists(l, true) && l.amount > 1
        ",
        expect![[r#"
            total > 1
               0 there is no `total`; accepted: order, member, activity, moment
            order.totl > 1
               5 order has no `totl`; accepted: total, amount, shipping, paid_with_points, quantity, currency, channel, store, lines
            order.lines.exists(l, l.price > 1)
              23 a line has no `price`; accepted: amount, discount, tax, quantity, sku, category, brand, tags
            member.level == 'gold'
               6 member has no `level`; accepted: tier, tiers, attributes, available, segments, orders, days_since_joining
            activity.points > 1
               8 activity has no `points`; accepted: kind, score, amount
            moment.minute > 1
               6 moment has no `minute`; accepted: year, month, day, weekday, hour
            order.total.x > 1
              11 an int has no fields, so not `x`
            member.attributes.city.name == 'a'
              22 a string has no fields, so not `name`
            now() > 1
               3 `now` is not offered; accepted functions: size, has, exists, all, exists_one, filter
            order.lines.exists(l, true) && l.amount > 1
              31 there is no `l`; accepted: order, member, activity, moment
        "#]],
    );
}

#[test]
fn types_that_do_not_fit_are_refused() {
    refused(
        "
        order.total
        order
        order.total > '1'
        order.total && true
        !order.total
        'a' + 'b' == 'ab'
        true < false
        order.lines == order.lines
        member.attributes == member.attributes
        order.total in ['a']
        order.total in 5
        [1, 'a'].exists(x, true)
        [].exists(x, true)
        [true].exists(x, x)
        (true ? 1 : 'a') == 1
        member.attributes[1] == 'a'
        order.lines['a'].amount > 1
        [1, 2][0] == 1
        order.total.exists(x, true)
        order.lines.exists(l, l.amount)
        order.lines.exists(1, true)
        order.lines.exists(order, true)
        order.lines.exists(l, order.lines.exists(l, true))
        size(member.attributes) > 1
        has(order.total)
        ",
        expect![[r#"
            order.total
                 the expression is an int, where a condition (bool) is wanted
            order
                 the expression is no value by itself, where a condition (bool) is wanted
            order.total > '1'
              12 an int cannot be compared with a string; two ints, strings or bools can
            order.total && true
               5 this is an int, where a bool is wanted
            !order.total
               6 this is an int, where a bool is wanted
            'a' + 'b' == 'ab'
               0 this is a string, where an int is wanted
            true < false
               5 bools are compared by == and != only
            order.lines == order.lines
              12 a list cannot be compared with a list; two ints, strings or bools can
            member.attributes == member.attributes
              18 a map cannot be compared with a map; two ints, strings or bools can
            order.total in ['a']
              12 `in` does not fit an int and a list; it takes an int or a string and a list of such, or a string and a map or tags
            order.total in 5
              12 `in` does not fit an int and an int; it takes an int or a string and a list of such, or a string and a map or tags
            [1, 'a'].exists(x, true)
               0 a list is of ints or of strings, not of both
            [].exists(x, true)
               0 an empty list says nothing
            [true].exists(x, x)
               1 a list is of ints or of strings; this is a bool
            (true ? 1 : 'a') == 1
               6 `?:` chooses between two bools, ints or strings, not an int and a string
            member.attributes[1] == 'a'
              18 the keys of a map are strings, not an int
            order.lines['a'].amount > 1
              11 [] is for a map with a string, and for order.lines and member.segments with an int
            [1, 2][0] == 1
               6 [] is for a map with a string, and for order.lines and member.segments with an int
            order.total.exists(x, true)
               5 this is an int, where a list is wanted
            order.lines.exists(l, l.amount)
              23 this is an int, where a bool is wanted
            order.lines.exists(1, true)
              19 the first argument is the name of the element, such as l
            order.lines.exists(order, true)
              19 `order` is taken; choose another name for the element
            order.lines.exists(l, order.lines.exists(l, true))
              41 `l` is taken; choose another name for the element
            size(member.attributes) > 1
              11 this is a map, where a list is wanted
            has(order.total)
               3 has() asks for a key of a map, such as has(member.attributes.city); all else is always there
        "#]],
    );
}

#[test]
fn what_the_language_leaves_out_is_refused() {
    refused(
        r#"
        order.total > 1.5
        order.total > 1u
        member.tier == null
        member.tier == b'gold'
        {'a': 1}.size() == 1
        Order{total: 1} == 1
        order.channel.startsWith('w')
        member.tier.matches('g.*')
        timestamp('2026-01-01T00:00:00Z') > 1
        int(member.tier) > 1
        order.lines.map(l, l.amount).size() > 1
        member.segments.filter(s, s == 'a').size() > 1
        order.lines.exists(l)
        size(order.lines, 1) > 1
        order.lines.all(a, order.lines.all(b, order.lines.all(c, true)))
        "#,
        expect![[r#"
            order.total > 1.5
              14 only whole numbers: money is in minor units, points are in smallest units
            order.total > 1u
              14 write the number without `u`: all numbers are int
            member.tier == null
              15 null is not offered: every value is there
            member.tier == b'gold'
              15 bytes are not offered; write a string
            {'a': 1}.size() == 1
               0 maps and messages cannot be written here
            Order{total: 1} == 1
               5 maps and messages cannot be written here
            order.channel.startsWith('w')
              24 `startsWith` is not offered: strings are compared as wholes, by ==, != and in
            member.tier.matches('g.*')
              19 `matches` is not offered: strings are compared as wholes, by ==, != and in
            timestamp('2026-01-01T00:00:00Z') > 1
               9 `timestamp` is not offered; accepted functions: size, has, exists, all, exists_one, filter
            int(member.tier) > 1
               3 `int` is not offered; accepted functions: size, has, exists, all, exists_one, filter
            order.lines.map(l, l.amount).size() > 1
              15 `map` is not offered; accepted functions: size, has, exists, all, exists_one, filter
            member.segments.filter(s, s == 'a').size() > 1
               6 only order.lines can be filtered
            order.lines.exists(l)
              18 `exists` is used otherwise: size(list), has(map.key), list.{exists, all, exists_one, filter}(x, condition)
            size(order.lines, 1) > 1
               4 `size` is used otherwise: size(list), has(map.key), list.{exists, all, exists_one, filter}(x, condition)
            order.lines.all(a, order.lines.all(b, order.lines.all(c, true)))
              57 macros may be nested 2 deep, not deeper
        "#]],
    );
}

#[test]
fn texts_of_the_order_are_compared_with_literals_only() {
    refused(
        "
        order.channel == order.store
        order.channel == member.tier
        order.channel < 'web'
        order.channel == ''
        order.channel in member.segments
        order.channel in ['web', member.tier]
        [order.channel].exists(c, c == 'web')
        (true ? order.channel : 'web') == 'web'
        order.lines.exists(l, l.tags.exists(t, t == 'promo'))
        order.lines.exists(l, size(l.tags) > 1)
        order.lines.exists(l, member.tier in l.tags)
        order.lines.exists(l, l.tags == ['promo'])
        ",
        expect![[r#"
            order.channel == order.store
              14 texts of the order (channel, store, sku, category, brand) can only be compared by ==, != and in with literals
            order.channel == member.tier
              14 texts of the order (channel, store, sku, category, brand) can only be compared by ==, != and in with literals
            order.channel < 'web'
              14 texts of the order (channel, store, sku, category, brand) can only be compared by ==, != and in with literals
            order.channel == ''
              14 a text of the order cannot be compared with an empty string
            order.channel in member.segments
              23 texts of the order (channel, store, sku, category, brand) can only be compared by ==, != and in with literals
            order.channel in ['web', member.tier]
              17 texts of the order (channel, store, sku, category, brand) can only be compared by ==, != and in with literals
            [order.channel].exists(c, c == 'web')
               6 a list is of ints or of strings; this is a text of the order
            (true ? order.channel : 'web') == 'web'
               6 `?:` chooses between two bools, ints or strings, not a text of the order and a string
            order.lines.exists(l, l.tags.exists(t, t == 'promo'))
              23 tags can only be asked one by one: "promo" in l.tags
            order.lines.exists(l, size(l.tags) > 1)
              28 tags can only be asked one by one: "promo" in l.tags
            order.lines.exists(l, member.tier in l.tags)
              28 only a literal can be asked of a line's tags: "promo" in l.tags
            order.lines.exists(l, l.tags == ['promo'])
              29 a line's tags cannot be compared with a list; two ints, strings or bools can
        "#]],
    );
}

#[test]
fn what_is_no_cel_is_refused_where_it_goes_wrong() {
    refused(
        r#"
        order.total = 1
        order.total >
        (order.total > 1
        order.total > 1)
        'é' == 'é' ~ 1
        'a
        order.total > 9223372036854775808
        '\q' == 'a'
        order.`total` > 1
        "#,
        expect![[r#"
            order.total = 1
              12 the expression is not CEL: '= ' means nothing; == compares
            order.total >
              13 the expression is not complete
            (order.total > 1
              16 the expression is not complete
            order.total > 1)
              15 the expression is not CEL: extraneous input ')'
            'é' == 'é' ~ 1
              13 the expression is not CEL: '~' means nothing
            'a
               0 the expression is not CEL: ''a' means nothing
            order.total > 9223372036854775808
              14 the expression is not CEL: invalid int literal
            '\q' == 'a'
               0 the expression is not CEL: ''\q' means nothing
            order.`total` > 1
               5 the expression is not CEL: unsupported syntax: '`'
        "#]],
    );
}

#[test]
fn an_expression_is_shown_as_written() {
    let source = "order.total  > 100 && member.orders == 0";
    assert_eq!(compiled(source).source(), source);
}

#[test]
fn what_is_filtered_cannot_be_told_by_its_place() {
    refused(
        "order.lines.filter(l, l.amount > 0)[0].amount > 0",
        expect![[r#"
        order.lines.filter(l, l.amount > 0)[0].amount > 0
          35 [] is for a map with a string, and for order.lines and member.segments with an int
    "#]],
    );
}

#[test]
fn size_is_bounded_in_bytes_and_nodes() {
    let padded = |bytes: usize| format!("{:bytes$}", "true");
    assert_eq!(compiled(&padded(SOURCE_BYTES_MAX)).cost(), 1);
    assert!(compile(&padded(SOURCE_BYTES_MAX + 1), &mut |_| {}).is_err());
    let listed = |ones: usize| format!("1 in [{}]", vec!["1"; ones].join(", "));
    let ones = usize::try_from(COST_MAX).unwrap() - 3;
    assert_eq!(compiled(&listed(ones)).cost(), COST_MAX);
    assert!(compile(&listed(ones + 1), &mut |_| {}).is_err());
}
