//! `tallybook tiers`: how all members are spread over the tiers, and who moved between two dates.

mod past;

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};
use tallybook_core::calendar::Instant;
use tallybook_core::decide::tier::figures::held;
use tallybook_core::programme::plan::{Ladder, Plan};
use tallybook_core::state::MemberState;
use tallybook_insight::flow;
use tallybook_insight::tiers::{Standing, TierMoves, per_cent, tier_moves};

use crate::cli::{Global, Tiers};
use crate::commands::session::Session;
use crate::commands::show::Show;
use crate::errors::CliError;
use crate::output::{Output, Side, count};
use past::{Seen, members_at};

/// Counts members by tier at one date or two.
///
/// # Errors
/// Usage for an unknown ladder, dates the wrong way round, or a drawing of several ladders; `no_programme`; the ledger's.
pub fn run(global: &Global, options: &Tiers, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let to = session.when(&options.to)?;
    let from = options.from.as_deref().map(|from| session.when(from)).transpose()?;
    if from.is_some_and(|from| from >= to) {
        return Err(CliError::usage("--from is not before --to"));
    }
    let plan = &session.programmes.in_force(to)?.plan;
    let ladders = ladders(plan, options)?;
    let moments: Vec<Instant> = from.into_iter().chain([to]).collect();
    let members = members_at(&session, &moments, output.quiet || output.json, |_, state| {
        ladders.iter().map(|ladder| Stand::of(ladder, state)).collect::<Vec<Stand>>()
    })?;
    let show = Show::new(&session.programmes);
    let report = Report { plan, show, from, to, ladders, members };
    report.tell(options, output)?;
    session.close(output);
    Ok(())
}

fn ladders<'p>(plan: &'p Plan, options: &Tiers) -> Result<Vec<&'p Ladder>, CliError> {
    let all = || plan.ladders.iter().flatten();
    let ids = || all().map(|ladder| &*ladder.id).collect::<Vec<_>>().join(", ");
    let wanted = |ladder: &&Ladder| options.ladder.as_ref().is_none_or(|id| **id == *ladder.id);
    let ladders: Vec<&Ladder> = all().filter(wanted).collect();
    match (&options.ladder, ladders.len()) {
        (Some(id), 0) if all().next().is_some() => {
            Err(CliError::usage(format!("`{id}` is not a ladder of the programme ({})", ids())))
        }
        (_, 0) => Err(CliError::usage("the programme has no ladder")),
        (None, 2..) if options.svg.is_some() => {
            Err(CliError::usage(format!("--svg draws one ladder, and the programme has several: {}", ids()))
                .hint("name one with --ladder ID"))
        }
        _ => Ok(ladders),
    }
}

/// Where a member stands on a ladder, and in which tier, also where that does not count any more.
#[derive(Clone, Copy)]
struct Stand {
    standing: Standing,
    rank: usize,
    until: Option<Instant>,
}

impl Stand {
    fn of(ladder: &Ladder, state: &MemberState) -> Stand {
        let rank = ladder.rank(held(state, ladder));
        let standing = if state.status.merged_into.is_some() {
            Standing::Merged
        } else if state.status.closed_at.is_some() {
            Standing::Closed
        } else if state.joined_at.is_none() {
            Standing::NotYet
        } else {
            Standing::Tier(rank)
        };
        let l = state.ladder(ladder.number);
        let by_hand = l.and_then(|l| l.grant.filter(|_| ladder.rank(l.tier) < rank));
        let until = by_hand.map_or_else(|| l.and_then(|l| l.until), |grant| grant.until);
        Stand { standing, rank, until }
    }

    fn is_counted(self) -> bool {
        matches!(self.standing, Standing::Tier(_) | Standing::Closed)
    }

    fn status(self) -> &'static str {
        match self.standing {
            Standing::NotYet => "not_yet",
            Standing::Tier(_) => "active",
            Standing::Closed => "closed",
            Standing::Merged => "merged",
        }
    }

    /// The tier; none for those who are not members yet or are counted as another.
    fn tier(self, ladder: &Ladder) -> Option<&str> {
        self.is_counted().then(|| ladder.tiers.get(self.rank).map_or("?", |tier| &tier.id))
    }
}

/// All that the command has to tell.
struct Report<'s> {
    plan: &'s Plan,
    show: Show<'s>,
    from: Option<Instant>,
    to: Instant,
    ladders: Vec<&'s Ladder>,
    /// By member name; per moment, where they stand on each ladder.
    members: Vec<Seen<Vec<Stand>>>,
}

/// One member on one ladder.
struct Row<'r> {
    member: &'r str,
    ladder: &'r Ladder,
    from: Option<Stand>,
    to: Stand,
}

impl Report<'_> {
    fn tell(&self, options: &Tiers, output: &Output) -> Result<(), CliError> {
        let all: Vec<TierMoves> = (0..self.ladders.len()).map(|index| self.moves(index)).collect();
        if let (Some(path), Some(from), [moves]) = (&options.svg, self.from, &*all) {
            write(path, self.drawing(self.ladders[0], moves, from).as_bytes())?;
        }
        if let Some(path) = &options.csv {
            write(path, &self.csv().map_err(CliError::fault)?)?;
        }
        if output.json {
            output.value(&self.json(&all, options.members));
        } else if options.members {
            let text = self.csv().map_err(CliError::fault)?;
            output.line(String::from_utf8_lossy(&text).trim_end());
        } else {
            for (index, (ladder, moves)) in self.ladders.iter().zip(&all).enumerate() {
                if index > 0 {
                    output.line("");
                }
                self.tables(ladder, moves, output);
            }
        }
        Ok(())
    }

    fn rows(&self, index: usize) -> impl Iterator<Item = Row<'_>> {
        self.members.iter().filter_map(move |seen| {
            let at = |moment: usize| seen.shown.get(moment).and_then(|ladders| ladders.get(index)).copied();
            let (from, to) = if self.from.is_some() { (at(0), at(1)?) } else { (None, at(0)?) };
            let is_counted = to.is_counted() || from.is_some_and(Stand::is_counted);
            is_counted.then_some(Row { member: &seen.name, ladder: self.ladders[index], from, to })
        })
    }

    fn moves(&self, index: usize) -> TierMoves {
        let standings =
            self.rows(index).map(|row| (row.from.map_or(Standing::NotYet, |s| s.standing), row.to.standing));
        tier_moves(self.ladders[index].tiers.len(), standings)
    }

    fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        match self.from {
            Some(_) => writer.write_record([
                "member",
                "ladder",
                "from_tier",
                "from_status",
                "tier",
                "status",
                "until",
            ])?,
            None => writer.write_record(["member", "ladder", "tier", "status", "until"])?,
        }
        for row in (0..self.ladders.len()).flat_map(|index| self.rows(index)) {
            let tier = |stand: Stand| stand.tier(row.ladder).unwrap_or_default();
            let mut fields = vec![row.member, &row.ladder.id];
            if let Some(from) = row.from {
                fields.extend([tier(from), from.status()]);
            }
            let until = row.to.until.filter(|_| row.to.is_counted());
            let until = until.map_or_else(String::new, |until| until.to_string());
            fields.extend([tier(row.to), row.to.status(), &until]);
            writer.write_record(fields)?;
        }
        writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
    }

    fn json(&self, all: &[TierMoves], with_members: bool) -> Value {
        let ladders = self.ladders.iter().zip(all).map(|(ladder, moves)| self.ladder_json(ladder, moves));
        let mut value = json!({
            "from": self.from.map(|from| from.to_string()),
            "to": self.to.to_string(),
            "ladders": ladders.collect::<Vec<_>>(),
        });
        if with_members {
            let rows = (0..self.ladders.len()).flat_map(|index| self.rows(index));
            value["by_member"] = rows.map(|row| row_json(&row)).collect();
        }
        value
    }

    fn ladder_json(&self, ladder: &Ladder, all: &TierMoves) -> Value {
        let id = |standing: Standing| match standing {
            Standing::Tier(rank) => ladder.tiers.get(rank).map(|tier| &*tier.id),
            _ => None,
        };
        let status = |standing| Stand { standing, rank: 0, until: None }.status();
        let tiers = ladder.tiers.iter().enumerate().map(|(rank, tier)| {
            let mut object = json!({ "tier": &*tier.id, "members": all.to.tiers[rank] });
            if self.from.is_some() {
                object["members_from"] = json!(all.from.tiers[rank]);
            }
            object
        });
        let mut object = json!({
            "ladder": &*ladder.id,
            "tiers": tiers.collect::<Vec<_>>(),
            "members": all.to.members(),
            "closed": all.to.closed,
        });
        if self.from.is_some() {
            object["members_from"] = json!(all.from.members());
            object["closed_from"] = json!(all.from.closed);
            object["moved"] = json!({ "up": all.up(), "down": all.down(), "stayed": all.stayed() });
            let moves = all.moves.iter().map(|m| {
                json!({
                    "from": id(m.from),
                    "from_status": status(m.from),
                    "to": id(m.to),
                    "to_status": status(m.to),
                    "members": m.members,
                })
            });
            object["moves"] = moves.collect();
        }
        object
    }

    fn tables(&self, ladder: &Ladder, all: &TierMoves, output: &Output) {
        let closed = |closed: u64| match closed {
            0 => String::new(),
            closed => format!(", {closed} closed besides"),
        };
        let line = |members: u64, apart: u64, at: Instant| {
            format!("{}{} at {}", count(members, "member"), closed(apart), self.date(at))
        };
        output.line(format!("{}: {}", ladder.id, line(all.to.members(), all.to.closed, self.to)));
        if let Some(from) = self.from {
            output.line(format!("before, {}", line(all.from.members(), all.from.closed, from)));
        }
        output.line("");
        let mut headings = vec![("tier", Side::Left), ("members", Side::Right), ("%", Side::Right)];
        if self.from.is_some() {
            headings.extend([("before", Side::Right), ("%", Side::Right)]);
        }
        let row = |(rank, tier): (usize, &tallybook_core::programme::plan::Tier)| {
            let share = |part: u64, whole: u64| [part.to_string(), per_cent(part, whole)];
            let mut row = vec![tier.id.to_string()];
            row.extend(share(all.to.tiers[rank], all.to.members()));
            if self.from.is_some() {
                row.extend(share(all.from.tiers[rank], all.from.members()));
            }
            row
        };
        output.table(&headings, ladder.tiers.iter().enumerate().map(row).collect());
        if self.from.is_some() {
            self.move_table(ladder, all, output);
        }
    }

    fn move_table(&self, ladder: &Ladder, all: &TierMoves, output: &Output) {
        output.line("");
        output.line(format!("{} up, {} down, {} as before", all.up(), all.down(), all.stayed()));
        output.line("");
        let headings =
            [("from", Side::Left), ("to", Side::Left), ("members", Side::Right), ("% of from", Side::Right)];
        let row = |m: &tallybook_insight::tiers::Move| {
            let share =
                m.from.rank().map_or_else(String::new, |rank| per_cent(m.members, all.from.tiers[rank]));
            vec![name(ladder, m.from), name(ladder, m.to), m.members.to_string(), share]
        };
        output.table(&headings, all.moves.iter().map(row).collect());
    }

    /// A local date, with the time of day where it is not the day's beginning.
    fn date(&self, at: Instant) -> String {
        let local = self.show.local(at);
        local.strip_suffix(" 00:00:00").map(str::to_owned).unwrap_or(local)
    }

    fn drawing(&self, ladder: &Ladder, all: &TierMoves, from: Instant) -> String {
        let title = format!("{}: moves between the tiers of {}", self.plan.name, ladder.id);
        let names: Vec<&str> = ladder.tiers.iter().map(|tier| &*tier.id).collect();
        flow::svg(&flow::Drawing {
            title: &title,
            from: &self.date(from),
            to: &self.date(self.to),
            tiers: &names,
            moves: all,
        })
    }
}

/// A standing as people read it: the tier's id, or in parentheses what stands in its place.
fn name(ladder: &Ladder, standing: Standing) -> String {
    match standing {
        Standing::NotYet => "(not a member yet)".to_owned(),
        Standing::Tier(rank) => ladder.tiers.get(rank).map_or_else(String::new, |tier| tier.id.to_string()),
        Standing::Closed => "(closed)".to_owned(),
        Standing::Merged => "(merged into another)".to_owned(),
    }
}

fn row_json(row: &Row<'_>) -> Value {
    let until = row.to.until.filter(|_| row.to.is_counted());
    let mut object = json!({
        "member": row.member,
        "ladder": &*row.ladder.id,
        "tier": row.to.tier(row.ladder),
        "status": row.to.status(),
        "until": until.map(|until| until.to_string()),
    });
    if let Some(from) = row.from {
        object["from_tier"] = json!(from.tier(row.ladder));
        object["from_status"] = json!(from.status());
    }
    object
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let written = std::fs::File::create(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| CliError::fault(format!("{}: {error}", path.display())))
}
