//! A drawing of the moves between tiers: a column of tiers for each date, and between them a band for each move, as wide
//! as its members are many.
//!
//! Invariants: the SVG is complete in itself, without script, style sheet or font from elsewhere; texts are escaped, so
//! that no name can break out of its place; equal moves give equal bytes. Every tier has its line with count and share,
//! also an empty one, and no two lines of a column overlap.
//!
//! It counts nothing (see [`tiers`](crate::tiers)) and writes no file.

use std::fmt::{self, Write};

use crate::tiers::{Move, Standing, TierMoves, per_cent};

/// What is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Drawing<'d> {
    /// Heading.
    pub title: &'d str,
    /// The earlier date, over the left column.
    pub from: &'d str,
    /// The later date, over the right column.
    pub to: &'d str,
    /// Names of the tiers, lowest first.
    pub tiers: &'d [&'d str],
    /// Who moved from where to where.
    pub moves: &'d TierMoves,
}

/// A length in hundredths of a pixel, so that nothing is left to the rounding of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Length(i64);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

const fn px(pixels: i64) -> i64 {
    pixels * 100
}

/// All members together are so high.
const COLUMN_HEIGHT: i64 = px(400);
/// A label needs so much, whatever its tier's height.
const SLOT_HEIGHT_MIN: i64 = px(22);
const GAP: i64 = px(8);
const NODE_WIDTH: i64 = px(14);
const BAND_LENGTH: i64 = px(320);
const MARGIN: i64 = px(16);
const TOP: i64 = px(92);
/// The thinnest band that can still be seen.
const BAND_MIN: i64 = px(1) / 2;
const LETTER_WIDTH: i64 = px(15) / 2;
const WIDE_LETTER_WIDTH: i64 = px(14);

const INK: &str = "#202124";
const PALE_INK: &str = "#5f6368";
const GREY: &str = "#8a8f98";
/// Colours that keep apart on white, also for most who see colours differently.
const COLOURS: [&str; 8] =
    ["#4477aa", "#cc7a00", "#228833", "#aa3377", "#1b9e9e", "#bb3322", "#6a51a3", "#7a6a00"];

const NOTE: &str =
    "Bands are members, in the colour of where they stood. Shares are of the members in a tier at that date.";

/// Draws moves as one SVG document.
pub fn svg(drawing: &Drawing<'_>) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut text, drawing);
    text
}

fn write(out: &mut String, drawing: &Drawing<'_>) -> fmt::Result {
    let moves = drawing.moves;
    let left = Column::new(drawing, Side::Left);
    let right = Column::new(drawing, Side::Right);
    let left_x = MARGIN + left.label_width + px(8);
    let right_x = left_x + NODE_WIDTH + BAND_LENGTH;
    let shown_width = right_x + NODE_WIDTH + px(8) + right.label_width + MARGIN;
    let text_width = |text: &str| MARGIN * 2 + width(text);
    // The heading is set larger than what it is measured by.
    let width = shown_width.max(text_width(drawing.title) * 13 / 10).max(text_width(NOTE));
    let bottom = left.bottom.max(right.bottom);
    let height = bottom + px(40);
    let (w, h) = (Length(width), Length(height));
    writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-labelledby="title" font-family="sans-serif" font-size="13" fill="{INK}">"#
    )?;
    writeln!(out, r#"<title id="title">{}</title>"#, Escaped(drawing.title))?;
    writeln!(out, r##"<rect width="100%" height="100%" fill="#ffffff"/>"##)?;
    let title = Escaped(drawing.title);
    writeln!(
        out,
        r#"<text x="{}" y="{}" font-size="17" font-weight="bold">{title}</text>"#,
        Length(MARGIN),
        Length(px(30))
    )?;
    heading(out, left_x + NODE_WIDTH, "end", drawing.from, moves.from.members())?;
    heading(out, right_x, "start", drawing.to, moves.to.members())?;
    bands(out, drawing, (&left, left_x + NODE_WIDTH), (&right, right_x))?;
    left.write(out, left_x, left_x - px(8), "end")?;
    right.write(out, right_x, right_x + NODE_WIDTH + px(8), "start")?;
    writeln!(
        out,
        r#"<text x="{}" y="{}" font-size="12" fill="{PALE_INK}">{NOTE}</text>"#,
        Length(MARGIN),
        Length(bottom + px(22))
    )?;
    writeln!(out, "</svg>")
}

fn heading(out: &mut String, x: i64, anchor: &str, date: &str, members: u64) -> fmt::Result {
    let x = Length(x);
    writeln!(
        out,
        r#"<text x="{x}" y="{}" text-anchor="{anchor}" font-weight="bold">{}</text>"#,
        Length(px(58)),
        Escaped(date)
    )?;
    writeln!(out, r#"<text x="{x}" y="{}" text-anchor="{anchor}">{}</text>"#, Length(px(76)), people(members))
}

/// Draws a band for each move, those who stayed below the others.
fn bands(
    out: &mut String,
    drawing: &Drawing<'_>,
    (left, left_x): (&Column, i64),
    (right, right_x): (&Column, i64),
) -> fmt::Result {
    let (mut stays, mut goes) = (Vec::new(), Vec::new());
    for m in &drawing.moves.moves {
        if m.from == m.to { stays.push(m) } else { goes.push(m) }
    }
    for m in stays.into_iter().chain(goes) {
        let before = |other: &&Move, of: fn(&Move) -> Standing, then: fn(&Move) -> Standing| {
            of(other) == of(m) && position(then(other)) < position(then(m))
        };
        let all = || drawing.moves.moves.iter();
        let above_left: u64 = all().filter(|o| before(o, |m| m.from, |m| m.to)).map(|o| o.members).sum();
        let above_right: u64 = all().filter(|o| before(o, |m| m.to, |m| m.from)).map(|o| o.members).sum();
        let (Some(source), Some(target)) = (left.node(m.from), right.node(m.to)) else { continue };
        let thick = left.height_of(m.members).max(BAND_MIN);
        let (y0, y1) = (source.top + left.height_of(above_left), target.top + right.height_of(above_right));
        let (x0, xm, x1) = (Length(left_x), Length(i64::midpoint(left_x, right_x)), Length(right_x));
        let (a, b, c, d) = (Length(y0), Length(y1), Length(y1 + thick), Length(y0 + thick));
        let share = match m.from {
            Standing::Tier(rank) => {
                let whole = drawing.moves.from.tiers.get(rank).copied().unwrap_or_default();
                format!(", {} % of {}", per_cent(m.members, whole), source.name)
            }
            _ => String::new(),
        };
        let told = format!("{} → {}: {}{share}", source.name, target.name, people(m.members));
        writeln!(
            out,
            r#"<path d="M{x0} {a}C{xm} {a} {xm} {b} {x1} {b}L{x1} {c}C{xm} {c} {xm} {d} {x0} {d}Z" fill="{}" fill-opacity="0.45"><title>{}</title></path>"#,
            source.colour,
            Escaped(&told)
        )?;
    }
    Ok(())
}

/// Which date a column is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// A tier, or what stands in its place, at one date.
struct Node {
    standing: Standing,
    name: String,
    label: String,
    colour: &'static str,
    top: i64,
    height: i64,
}

impl Node {
    /// The middle of the label's line, which is that of the node.
    fn middle(&self) -> i64 {
        self.top + self.height / 2
    }
}

struct Column {
    nodes: Vec<Node>,
    total: u64,
    label_width: i64,
    bottom: i64,
}

impl Column {
    fn new(drawing: &Drawing<'_>, side: Side) -> Column {
        let (spread, date, of): (_, _, fn(&Move) -> Standing) = match side {
            Side::Left => (&drawing.moves.from, drawing.from, |m| m.from),
            Side::Right => (&drawing.moves.to, drawing.to, |m| m.to),
        };
        let members = |standing: Standing| -> u64 {
            drawing.moves.moves.iter().filter(|m| of(m) == standing).map(|m| m.members).sum()
        };
        let tiers = (0..drawing.tiers.len()).rev().map(Standing::Tier);
        let others = [Standing::NotYet, Standing::Closed, Standing::Merged];
        let total = drawing.moves.moves.iter().map(|m| m.members).sum();
        let mut column = Column { nodes: Vec::new(), total, label_width: width(date), bottom: TOP };
        let mut y = TOP;
        for standing in tiers.chain(others) {
            let count = members(standing);
            let (name, colour, share) = match standing {
                Standing::Tier(rank) => {
                    let share = format!(" ({} %)", per_cent(count, spread.members()));
                    let name = drawing.tiers.get(rank).copied().unwrap_or_default();
                    (name, COLOURS[rank % COLOURS.len()], share)
                }
                _ if count == 0 => continue,
                Standing::NotYet => ("not a member yet", GREY, String::new()),
                Standing::Closed => ("closed", GREY, String::new()),
                Standing::Merged => ("merged into another", GREY, String::new()),
            };
            let label = format!("{name} {count}{share}");
            let height = column.height_of(count);
            let slot = height.max(SLOT_HEIGHT_MIN);
            column.label_width = column.label_width.max(width(&label));
            column.nodes.push(Node {
                standing,
                name: name.to_owned(),
                label,
                colour,
                top: y + (slot - height) / 2,
                height,
            });
            y += slot + GAP;
        }
        column.bottom = y;
        column
    }

    /// How high so many members are.
    fn height_of(&self, members: u64) -> i64 {
        let height = i128::from(members) * i128::from(COLUMN_HEIGHT) / i128::from(self.total.max(1));
        i64::try_from(height).unwrap_or(COLUMN_HEIGHT)
    }

    fn node(&self, standing: Standing) -> Option<&Node> {
        self.nodes.iter().find(|node| node.standing == standing)
    }

    fn write(&self, out: &mut String, x: i64, label_x: i64, anchor: &str) -> fmt::Result {
        for node in &self.nodes {
            if node.height > 0 {
                let (x, y, width) = (Length(x), Length(node.top), Length(NODE_WIDTH));
                let (height, colour) = (Length(node.height), node.colour);
                writeln!(
                    out,
                    r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{colour}"/>"#
                )?;
            }
            let (x, y) = (Length(label_x), Length(node.middle() + px(9) / 2));
            writeln!(out, r#"<text x="{x}" y="{y}" text-anchor="{anchor}">{}</text>"#, Escaped(&node.label))?;
        }
        Ok(())
    }
}

/// Places of a column from the top: tiers from the highest, then what stands in the place of one.
fn position(standing: Standing) -> (u8, usize) {
    match standing {
        Standing::Tier(rank) => (0, usize::MAX - rank),
        Standing::NotYet => (1, 0),
        Standing::Closed => (2, 0),
        Standing::Merged => (3, 0),
    }
}

fn people(members: u64) -> String {
    if members == 1 { "1 member".to_owned() } else { format!("{members} members") }
}

/// About how wide a text comes out, rather too wide than too narrow.
fn width(text: &str) -> i64 {
    text.chars().map(|c| if c < '\u{1100}' { LETTER_WIDTH } else { WIDE_LETTER_WIDTH }).sum()
}

/// A text as XML has it.
struct Escaped<'t>(&'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                // XML has no way of writing these.
                '\0'..='\u{1f}' | '\u{7f}' | '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiers::Standing::{Closed, Merged, NotYet, Tier};
    use crate::tiers::tier_moves;

    const NAMES: [&str; 3] = ["member", "silver", "gold"];

    fn draw(names: &[&str], members: &[(Standing, Standing)]) -> String {
        let moves = tier_moves(names.len(), members.iter().copied());
        svg(&Drawing {
            title: "Corner Rewards: status",
            from: "2025-01-01",
            to: "2026-01-01",
            tiers: names,
            moves: &moves,
        })
    }

    /// One element or text of a document.
    #[derive(Debug, PartialEq, Eq)]
    struct Element {
        name: String,
        attributes: Vec<(String, String)>,
        text: String,
    }

    impl Element {
        fn attribute(&self, name: &str) -> &str {
            &self.attributes.iter().find(|(known, _)| known == name).unwrap().1
        }

        fn number(&self, name: &str) -> f64 {
            self.attribute(name).parse().unwrap()
        }
    }

    /// Reads the XML that is written here, strictly: every element closed in order, every `&` an entity, every attribute
    /// in quotes and named once.
    fn parse(xml: &str) -> Vec<Element> {
        let mut elements: Vec<Element> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut rest = xml;
        while let Some(start) = rest.find('<') {
            let text = unescape(&rest[..start]);
            match open.last() {
                Some(index) => elements[*index].text.push_str(&text),
                None => assert_eq!(text.trim(), "", "text outside the root"),
            }
            let end = start + rest[start..].find('>').expect("a tag ends");
            let tag = &rest[start + 1..end];
            rest = &rest[end + 1..];
            if let Some(name) = tag.strip_prefix('/') {
                let index = open.pop().expect("something is open");
                assert_eq!(elements[index].name, name);
                continue;
            }
            let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
            let (name, mut left) = tag.split_once(' ').unwrap_or((tag, ""));
            let mut attributes: Vec<(String, String)> = Vec::new();
            while !left.is_empty() {
                let (key, value) = left.split_once("=\"").expect("an attribute in quotes");
                let (value, after) = value.split_once('"').expect("a closing quote");
                assert!(attributes.iter().all(|(known, _)| known != key), "{key} twice");
                attributes.push((key.trim().to_owned(), unescape(value)));
                left = after.trim_start();
            }
            assert!(elements.is_empty() || !open.is_empty(), "one root");
            elements.push(Element { name: name.to_owned(), attributes, text: String::new() });
            if !is_empty {
                open.push(elements.len() - 1);
            }
        }
        assert!(open.is_empty(), "all is closed");
        assert_eq!(rest.trim(), "");
        elements
    }

    fn unescape(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('&') {
            let (entity, after) = after.split_once(';').expect("an entity ends");
            let c = match entity {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                _ => panic!("entity {entity}"),
            };
            out.push_str(before);
            out.push(c);
            rest = after;
        }
        out + rest
    }

    fn texts(elements: &[Element], name: &str) -> Vec<String> {
        elements.iter().filter(|e| e.name == name).map(|e| e.text.clone()).collect()
    }

    #[test]
    fn a_drawing_has_a_label_with_count_and_share_for_every_tier_and_a_band_for_every_move() {
        let members = [
            (Tier(0), Tier(0)),
            (Tier(0), Tier(1)),
            (Tier(0), Tier(1)),
            (Tier(1), Tier(0)),
            (NotYet, Tier(0)),
            (Tier(0), Closed),
            (Tier(1), Merged),
        ];
        let elements = parse(&draw(&NAMES, &members));
        assert_eq!(elements[0].name, "svg");
        assert_eq!(
            texts(&elements, "text"),
            [
                "Corner Rewards: status",
                "2025-01-01",
                "6 members",
                "2026-01-01",
                "5 members",
                "gold 0 (0.0 %)",
                "silver 2 (33.3 %)",
                "member 4 (66.7 %)",
                "not a member yet 1",
                "gold 0 (0.0 %)",
                "silver 2 (40.0 %)",
                "member 3 (60.0 %)",
                "closed 1",
                "merged into another 1",
                NOTE,
            ]
        );
        assert_eq!(
            texts(&elements, "title"),
            [
                "Corner Rewards: status",
                "member → member: 1 member, 25.0 % of member",
                "not a member yet → member: 1 member",
                "member → silver: 2 members, 50.0 % of member",
                "member → closed: 1 member, 25.0 % of member",
                "silver → member: 1 member, 50.0 % of silver",
                "silver → merged into another: 1 member, 50.0 % of silver",
            ]
        );
        assert_eq!(elements.iter().filter(|e| e.name == "path").count(), 6);
    }

    #[test]
    fn a_drawing_brings_all_it_needs_and_runs_nothing() {
        let text = draw(&NAMES, &[(Tier(0), Tier(1))]);
        let names: Vec<String> = parse(&text).into_iter().map(|element| element.name).collect();
        assert!(names.iter().all(|name| ["svg", "title", "rect", "text", "path"].contains(&&**name)));
        assert!(!text.contains("href") && !text.contains("url(") && !text.contains(" on"));
        assert_eq!(text.matches("http").count(), 1, "the name space alone");
    }

    #[test]
    fn no_name_can_break_out_of_its_place() {
        let nasty = "</text><script>alert(\"1\")&\u{1}";
        let elements = parse(&draw(&[nasty, "b"], &[(Tier(0), Tier(1))]));
        assert!(elements.iter().all(|element| element.name != "script"));
        let shown = nasty.replace('\u{1}', "\u{fffd}");
        assert!(texts(&elements, "text").contains(&format!("{shown} 1 (100.0 %)")));
    }

    #[test]
    fn labels_of_a_column_never_overlap_and_lie_within_the_drawing() {
        let mut members = vec![(Tier(0), Tier(0)); 1_000];
        members.extend([(Tier(1), Tier(2)), (Tier(2), Tier(3)), (Tier(3), Tier(1)), (NotYet, Closed)]);
        let names = ["member", "silver", "gold", "白金会员"];
        let elements = parse(&draw(&names, &members));
        let (width, height) = (elements[0].number("width"), elements[0].number("height"));
        for anchor in ["start", "end"] {
            let labels = elements.iter().filter(|e| e.name == "text" && e.attributes.len() == 3);
            let labels = labels.filter(|e| e.attribute("text-anchor") == anchor);
            let lines: Vec<f64> = labels.clone().map(|label| label.number("y")).collect();
            assert_eq!(lines.len(), 6);
            assert!(lines.windows(2).all(|pair| pair[1] - pair[0] >= 13.0), "{lines:?}");
            assert!(lines.iter().all(|y| *y < height));
            assert!(labels.clone().all(|label| (0.0..width).contains(&label.number("x"))));
        }
    }

    #[test]
    fn bands_fill_their_tiers_from_the_top() {
        let members = [(Tier(1), Tier(1)), (Tier(1), Tier(0)), (Tier(0), Tier(1)), (Tier(0), Tier(0))];
        let elements = parse(&draw(&["member", "silver"], &members));
        let starts: Vec<&str> = elements
            .iter()
            .filter(|element| element.name == "path")
            .map(|path| path.attribute("d").split(['M', 'C']).nth(1).unwrap().split(' ').nth(1).unwrap())
            .collect();
        // Silver is 200 pixels high from 92 on, member as high from 300 on; who stays is drawn first.
        assert_eq!(starts, ["400.00", "92.00", "300.00", "192.00"]);
    }

    #[test]
    fn nobody_at_all_can_be_drawn() {
        let elements = parse(&draw(&NAMES, &[]));
        assert!(texts(&elements, "text").contains(&"gold 0 (0.0 %)".to_owned()));
    }

    #[test]
    fn equal_moves_give_equal_bytes() {
        let members = [(Tier(0), Tier(1)), (Tier(1), Tier(0)), (NotYet, Tier(2))];
        let reversed: Vec<_> = members.iter().copied().rev().collect();
        assert_eq!(draw(&NAMES, &members), draw(&NAMES, &reversed));
    }
}
