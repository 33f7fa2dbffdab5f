-- What a ledger of points comes to in PostgreSQL: members with their balance and this year's spend, lots with what is
-- left of each, and one transaction per doing, under a key that counts once.

create table members (
    id bigint primary key,
    available bigint not null default 0,
    year_spend_minor bigint not null default 0,
    tier smallint not null default 0
);

create table lots (
    member bigint not null references members,
    expires_at timestamptz not null,
    id bigint generated always as identity,
    remaining bigint not null,
    primary key (member, expires_at, id)
);

create table transactions (
    key text primary key,
    member bigint not null references members,
    kind text not null,
    points bigint not null,
    amount_minor bigint not null,
    at timestamptz not null default now()
);

create sequence keys cache 100;

-- A point per whole dollar, a tenth more for gold members, valid for six months; tiers at 1,000 and 2,500 dollars.
create function earn(the_key text, the_member bigint, the_amount_minor bigint) returns bigint language plpgsql as $$
declare
    owner members%rowtype;
    earned bigint;
begin
    select * into owner from members where id = the_member for update;
    earned := the_amount_minor / 100;
    if owner.tier = 2 then
        earned := earned + earned / 10;
    end if;
    insert into transactions (key, member, kind, points, amount_minor)
        values (the_key, the_member, 'earn', earned, the_amount_minor) on conflict do nothing;
    if not found then
        return 0;
    end if;
    insert into lots (member, expires_at, remaining) values (the_member, now() + interval '6 months', earned);
    owner.year_spend_minor := owner.year_spend_minor + the_amount_minor;
    update members set
        available = available + earned,
        year_spend_minor = owner.year_spend_minor,
        tier = case when owner.year_spend_minor >= 250000 then 2 when owner.year_spend_minor >= 100000 then 1 else 0 end
        where id = the_member;
    return earned;
end $$;

-- The same for many orders of different members at once, as sets.
create function earn_batch(orders bigint, member_count bigint) returns bigint language sql as $$
    with placed as materialized (
        select 'b' || nextval('keys') as key, n % member_count + 1 as member, 900 + n % 700 as amount_minor
        from (select (random() * member_count)::bigint + generate_series(1, orders) as n) as numbers
    ), judged as materialized (
        select key, member, amount_minor, amount_minor / 100 * (case when tier = 2 then 11 else 10 end) / 10 as points
        from placed join members on members.id = placed.member
    ), written as (
        insert into transactions (key, member, kind, points, amount_minor)
        select key, member, 'earn', points, amount_minor from judged
    ), given as (
        insert into lots (member, expires_at, remaining)
        select member, now() + interval '6 months', points from judged
    ), counted as (
        update members set
            available = available + sums.points,
            year_spend_minor = year_spend_minor + sums.amount_minor,
            tier = case when year_spend_minor + sums.amount_minor >= 250000 then 2
                when year_spend_minor + sums.amount_minor >= 100000 then 1 else 0 end
        from (select member, sum(points)::bigint as points, sum(amount_minor)::bigint as amount_minor
            from judged group by member order by member) as sums
        where members.id = sums.member
    )
    select count(*) from judged
$$;

-- Soonest expiry first.
create function redeem(the_key text, the_member bigint, the_points bigint) returns bigint language plpgsql as $$
declare
    there bigint;
    lot record;
    due bigint := the_points;
    taken bigint;
begin
    select available into there from members where id = the_member for update;
    if there < the_points then
        return 0;
    end if;
    insert into transactions (key, member, kind, points, amount_minor)
        values (the_key, the_member, 'redeem', -the_points, 0) on conflict do nothing;
    if not found then
        return 0;
    end if;
    for lot in select * from lots where member = the_member and expires_at > now() order by expires_at, id loop
        taken := least(due, lot.remaining);
        if taken = lot.remaining then
            delete from lots where member = the_member and expires_at = lot.expires_at and id = lot.id;
        else
            update lots set remaining = remaining - taken
                where member = the_member and expires_at = lot.expires_at and id = lot.id;
        end if;
        due := due - taken;
        exit when due = 0;
    end loop;
    update members set available = available - the_points where id = the_member;
    return the_points;
end $$;

-- Ten lots of a hundred points for every member.
insert into members (id, available) select id, 1000 from generate_series(1, :members) as id;
insert into lots (member, expires_at, remaining)
    select id, now() + interval '5 months' + n * interval '1 day', 100
    from generate_series(1, :members) as id, generate_series(1, 10) as n;
vacuum analyze;
checkpoint;
