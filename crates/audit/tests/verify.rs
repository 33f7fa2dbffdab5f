//! A sound ledger verifies clean; each thing that is wrong is found by name.

// Helpers outside test functions unwrap too.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Draft, everything_ledger, forge, full_ledger, hex, layout, the_finding, verified};
use tallybook::BlockingLedger;
use tallybook::core::calendar::Instant;
use tallybook::core::event::{Decision, GrantEnd};
use tallybook::format::{RecordKind, decode_decision, encode_decision};
use tallybook::log::Position;
use tallybook_audit::{FindingKind, SnapshotCheck, VerifyOptions, verify};

const EARNED: u16 = RecordKind::PointsEarned as u16;

/// The `n`-th batch that holds a record of a kind, by number.
fn batch_with(dir: &Path, kind: u16, n: usize) -> u64 {
    layout(dir).iter().filter(|(_, _, _, kinds)| kinds.contains(&kind)).nth(n).unwrap().0
}

/// Changes the first decision of a kind in a batch.
fn change_decision(drafts: &mut [Draft], kind: u16, change: impl FnOnce(&mut Decision)) {
    let draft = drafts.iter_mut().find(|draft| draft.header.kind == kind).unwrap();
    let effective_at = Instant(draft.header.effective_at);
    let mut decision = decode_decision(kind, draft.header.version, effective_at, &draft.body).unwrap();
    change(&mut decision);
    draft.body.clear();
    draft.header.version = encode_decision(effective_at, &decision, &mut draft.body).version;
}

/// The segment file that holds a position, and the offset in it.
fn segment_of(dir: &Path, position: u64) -> (PathBuf, usize) {
    let mut bases: Vec<(u64, PathBuf)> = fs::read_dir(dir.join("log"))
        .unwrap()
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let base = path.file_name()?.to_str()?.strip_suffix(".log")?.parse().ok()?;
            Some((base, path))
        })
        .collect();
    bases.sort();
    let (base, path) = bases.into_iter().rfind(|(base, _)| *base <= position).unwrap();
    (path, (position - base) as usize + 64)
}

#[test]
fn a_ledger_of_members_by_themselves_verifies_clean() {
    let dir = tempfile::tempdir().unwrap();
    let digest = full_ledger(dir.path());
    let report = verified(dir.path());
    assert_eq!(report.findings, Vec::new());
    assert!(report.is_clean());
    assert_eq!(report.notes, Vec::<String>::new());
    assert_eq!((report.members, report.versions), (4, 2));
    assert_eq!(report.states_digest, Some(hex(&digest)));
    // All batches but two publications and the mark of the close.
    assert_eq!(report.judged_again, report.batches - 3);
    assert!(matches!(report.snapshot, SnapshotCheck::Compared { members: 4, .. }));
    let totals = &report.totals[0];
    let given = totals.available
        + totals.pending
        + totals.redeemed
        + totals.expired
        + totals.forfeited
        + totals.clawed_back;
    assert_eq!(totals.currency, "points");
    assert_eq!(totals.issued, given - totals.arrears);
    assert!(totals.arrears > 0 && totals.expired > 0 && totals.clawed_back > 0);
}

#[test]
fn a_ledger_with_every_kind_of_fact_and_members_who_meet_verifies_clean() {
    let dir = tempfile::tempdir().unwrap();
    let digest = everything_ledger(dir.path());
    let report = verified(dir.path());
    assert_eq!(report.findings, Vec::new());
    assert_eq!(report.notes, Vec::<String>::new());
    assert_eq!(report.states_digest, Some(hex(&digest)));
    // All batches but three publications and the mark of the close.
    assert_eq!(report.judged_again, report.batches - 4);
    assert!(matches!(report.snapshot, SnapshotCheck::Compared { members: 6.., .. }), "{:?}", report.snapshot);
    let kinds: Vec<u16> = layout(dir.path()).into_iter().flat_map(|(_, _, _, kinds)| kinds).collect();
    let missing: Vec<&str> = RecordKind::ALL
        .into_iter()
        .filter(|kind| !kinds.contains(&kind.number()))
        .map(RecordKind::name)
        .collect();
    assert_eq!(missing, Vec::<&str>::new(), "the history lacks kinds");
    let totals = &report.totals[0];
    assert!(totals.sent > 0 && totals.sent == totals.received);
    let given = totals.available
        + totals.pending
        + totals.held
        + totals.redeemed
        + totals.expired
        + totals.forfeited
        + totals.clawed_back;
    assert_eq!(totals.issued, given - totals.arrears - totals.written_off);
}

#[test]
fn a_ledger_whose_members_meet_verifies_clean_by_folding_alone() {
    let dir = tempfile::tempdir().unwrap();
    let digest = everything_ledger(dir.path());
    let options = VerifyOptions { judge_again: false, ..VerifyOptions::default() };
    let report = verify(dir.path(), &options, &mut |_| {}).unwrap();
    assert_eq!(report.findings, Vec::new());
    assert_eq!(report.states_digest, Some(hex(&digest)));
    assert_eq!(report.judged_again, 0);
}

#[test]
fn a_wrong_decision_in_the_other_members_half_is_named_with_that_member() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    everything_ledger(dir.path());
    let received = RecordKind::TransferReceived.number();
    // The last transfer, so that little else rests on it.
    let wrong = batch_with(dir.path(), received, 2);
    forge(dir.path(), forged.path(), true, |number, mut drafts| {
        if number == wrong {
            change_decision(&mut drafts, received, |decision| {
                let Decision::TransferReceived(received) = decision else { panic!("a transfer is expected") };
                received.lots[0].expires_at = None;
            });
        }
        Some(drafts)
    });
    let report = verified(forged.path());
    let first = &report.findings[0];
    assert_eq!((first.kind, first.batch), (FindingKind::DecisionDiffers, Some(wrong)));
    assert_eq!(first.member.as_deref(), Some("eve"));
    assert!(
        first.text.starts_with(
            "of the member at the other end: decision 1, TransferReceived, lots[0].expires_at: "
        ),
        "{}",
        first.text
    );
}

#[test]
fn a_removed_other_half_is_named_with_judging_and_without() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    everything_ledger(dir.path());
    let received = RecordKind::TransferReceived.number();
    let wrong = batch_with(dir.path(), received, 2);
    forge(dir.path(), forged.path(), true, |number, mut drafts| {
        if number == wrong {
            let own = drafts[0].header.member;
            drafts.retain(|draft| draft.header.member == own);
        }
        Some(drafts)
    });
    let report = verified(forged.path());
    let first = &report.findings[0];
    assert_eq!((first.kind, first.batch), (FindingKind::DecisionDiffers, Some(wrong)));
    assert_eq!(first.member.as_deref(), Some("eve"));
    assert!(first.text.contains("comes out as TransferReceived, but is not recorded"), "{}", first.text);
    let options = VerifyOptions { judge_again: false, ..VerifyOptions::default() };
    let folded = verify(forged.path(), &options, &mut |_| {}).unwrap();
    let finding = the_finding(&folded, FindingKind::Unbalanced);
    assert_eq!(finding.batch, Some(wrong));
    assert_eq!(finding.text, "currency 0 has 12 points sent that nobody received");
}

#[test]
fn a_merge_without_its_other_half_is_named() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    everything_ledger(dir.path());
    let merged = RecordKind::MergedFrom.number();
    let wrong = batch_with(dir.path(), merged, 0);
    forge(dir.path(), forged.path(), true, |number, mut drafts| {
        if number == wrong {
            drafts.retain(|draft| draft.header.kind != merged);
        }
        Some(drafts)
    });
    let report = verified(forged.path());
    let first = &report.findings[0];
    assert_eq!((first.kind, first.batch), (FindingKind::DecisionDiffers, Some(wrong)));
    assert_eq!(first.member.as_deref(), Some("ann"));
    let unbalanced = report.findings.iter().find(|f| f.kind == FindingKind::Unbalanced).unwrap();
    assert_eq!(unbalanced.batch, Some(wrong));
    assert_eq!(unbalanced.text, "what a merged member had is not what the other got");
}

#[test]
fn a_changed_budget_is_named_and_what_follows_is_held_against_the_recorded_past() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    everything_ledger(dir.path());
    // Bob's first order is the second to draw on the budget.
    let orders: Vec<u64> = layout(dir.path())
        .into_iter()
        .filter(|(_, _, _, kinds)| kinds.contains(&RecordKind::OrderPlaced.number()))
        .map(|(number, ..)| number)
        .collect();
    let wrong = orders[1];
    forge(dir.path(), forged.path(), true, |number, mut drafts| {
        if number == wrong {
            change_decision(&mut drafts, EARNED, |decision| {
                let Decision::PointsEarned(earned) = decision else {
                    panic!("an order's judgement is expected")
                };
                earned.budgets[0].used.0 -= 10;
            });
        }
        Some(drafts)
    });
    let report = verified(forged.path());
    let finding = &report.findings[0];
    assert_eq!((finding.kind, finding.batch), (FindingKind::DecisionDiffers, Some(wrong)));
    assert_eq!(finding.text, "decision 1, PointsEarned, budgets[0].used: recorded 30, judged again 40");
    // Bob's return of it is judged on the record, and takes 40 back as it did: from now on all follows the forged count,
    // until an order finds the budget larger than it was.
    let later = report.findings.iter().filter(|f| f.batch > Some(wrong));
    assert!(later.clone().all(|f| f.kind == FindingKind::DecisionDiffers), "{:#?}", report.findings);
    assert!(later.clone().all(|f| f.text.contains("budgets[0]")), "{:#?}", report.findings);
}

#[test]
fn a_snapshot_with_another_budget_is_named() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    everything_ledger(dir.path());
    let wrong = batch_with(dir.path(), EARNED, 2);
    forge(dir.path(), forged.path(), true, |number, mut drafts| {
        if number == wrong {
            change_decision(&mut drafts, EARNED, |decision| {
                let Decision::PointsEarned(earned) = decision else {
                    panic!("an order's judgement is expected")
                };
                earned.budgets[0].used.0 -= 1;
            });
        }
        Some(drafts)
    });
    fs::rename(dir.path().join("snapshots"), forged.path().join("snapshots")).unwrap();
    let report = verified(forged.path());
    let about_all =
        |f: &&tallybook_audit::Finding| f.kind == FindingKind::SnapshotDiffers && f.member.is_none();
    let finding = report.findings.iter().find(about_all).unwrap();
    assert!(finding.text.contains("budgets[0]: snapshot "), "{}", finding.text);
}

#[test]
fn a_planted_fault_in_what_is_said_of_tiers_and_benefits_is_named_by_its_field() {
    let dir = tempfile::tempdir().unwrap();
    everything_ledger(dir.path());
    type Fault = (RecordKind, fn(&mut Decision), &'static str);
    let faults: [Fault; 7] = [
        (
            RecordKind::FiguresCarried,
            |decision| {
                let Decision::FiguresCarried(carried) = decision else { panic!("{decision:?}") };
                carried.figures.spend.0 += 1;
            },
            "FiguresCarried, figures.spend: recorded 5001, judged again 5000",
        ),
        (
            RecordKind::TierGranted,
            |decision| {
                let Decision::TierGranted(granted) = decision else { panic!("{decision:?}") };
                granted.grant.until = None;
            },
            "TierGranted, grant.until: ",
        ),
        (
            RecordKind::TierGrantEnded,
            |decision| {
                let Decision::TierGrantEnded(ended) = decision else { panic!("{decision:?}") };
                ended.why = GrantEnd::Earned;
            },
            "TierGrantEnded, why: recorded \"earned\", judged again \"expired\"",
        ),
        (
            RecordKind::BenefitUsed,
            |decision| {
                let Decision::BenefitUsed(used) = decision else { panic!("{decision:?}") };
                used.count.used.0 = 1;
            },
            "BenefitUsed, count.used: recorded 1, judged again 2",
        ),
        (
            RecordKind::BenefitRestored,
            |decision| {
                let Decision::BenefitRestored(restored) = decision else { panic!("{decision:?}") };
                restored.count.used.0 = -3;
            },
            "BenefitRestored, count.used: recorded -3, judged again -2",
        ),
        (
            RecordKind::ReferralCancelled,
            |decision| {
                let Decision::ReferralCancelled(cancelled) = decision else { panic!("{decision:?}") };
                cancelled.counted.metrics.clear();
            },
            "ReferralCancelled, counted.metrics",
        ),
        (
            RecordKind::TierChanged,
            |decision| {
                let Decision::TierChanged(changed) = decision else { panic!("{decision:?}") };
                changed.thresholds.orders = 7;
            },
            "TierChanged, thresholds.orders: recorded 7, judged again 0",
        ),
    ];
    for (kind, change, told) in faults {
        let forged = tempfile::tempdir().unwrap();
        let wrong = batch_with(dir.path(), kind.number(), 0);
        forge(dir.path(), forged.path(), true, |number, mut drafts| {
            if number == wrong {
                change_decision(&mut drafts, kind.number(), change);
            }
            Some(drafts)
        });
        let report = verified(forged.path());
        let first = &report.findings[0];
        assert_eq!((first.kind, first.batch), (FindingKind::DecisionDiffers, Some(wrong)), "{first:#?}");
        assert!(first.text.contains(told), "{}", first.text);
    }
}

#[test]
fn verifying_beside_an_open_ledger_leaves_the_snapshot_out_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    full_ledger(dir.path());
    let ledger = BlockingLedger::open(dir.path(), tallybook::Options::default()).unwrap();
    let report = verified(dir.path());
    assert!(report.is_clean(), "{:#?}", report.findings);
    assert!(matches!(report.snapshot, SnapshotCheck::Skipped { .. }));
    assert_eq!(report.notes.len(), 1);
    ledger.close().unwrap();
}

#[test]
fn a_planted_wrong_decision_is_named_with_batch_member_and_field() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    full_ledger(dir.path());
    // The last order of the log, so that nothing else rests on it.
    let orders = layout(dir.path()).iter().filter(|(_, _, _, kinds)| kinds.contains(&EARNED)).count();
    let wrong = batch_with(dir.path(), EARNED, orders - 1);
    forge(dir.path(), forged.path(), true, |number, mut drafts| {
        if number == wrong {
            change_decision(&mut drafts, EARNED, |decision| {
                let Decision::PointsEarned(earned) = decision else {
                    panic!("an order's judgement is expected")
                };
                earned.lots[0].points.0 += 1;
            });
        }
        Some(drafts)
    });
    let report = verified(forged.path());
    assert_eq!(report.findings_count, 1, "{:#?}", report.findings);
    let finding = &report.findings[0];
    assert_eq!((finding.kind, finding.batch), (FindingKind::DecisionDiffers, Some(wrong)));
    assert_eq!(finding.member.as_deref(), Some("dot"));
    assert_eq!(finding.text, "decision 2, PointsEarned, lots[0].points: recorded 66, judged again 65");
}

#[test]
fn decisions_after_a_wrong_one_are_held_against_the_recorded_past() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    full_ledger(dir.path());
    // The first order of the log: later redemptions draw from its lot and say how large it was.
    let wrong = batch_with(dir.path(), EARNED, 0);
    forge(dir.path(), forged.path(), true, |number, mut drafts| {
        if number == wrong {
            change_decision(&mut drafts, EARNED, |decision| {
                let Decision::PointsEarned(earned) = decision else {
                    panic!("an order's judgement is expected")
                };
                earned.order_number = 7;
            });
        }
        Some(drafts)
    });
    let report = verified(forged.path());
    let finding = the_finding(&report, FindingKind::DecisionDiffers);
    assert_eq!(finding.batch, Some(wrong));
    assert_eq!(finding.text, "decision 1, PointsEarned, order_number: recorded 7, judged again 1");
}

#[test]
fn a_decision_that_was_added_or_left_out_is_named() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    full_ledger(dir.path());
    let tier = RecordKind::TierChanged.number();
    let wrong = batch_with(dir.path(), tier, 0);
    forge(dir.path(), forged.path(), true, |number, mut drafts| {
        if number == wrong {
            drafts.retain(|draft| draft.header.kind != tier);
        }
        Some(drafts)
    });
    let report = verified(forged.path());
    let first = &report.findings[0];
    assert_eq!((first.kind, first.batch), (FindingKind::DecisionDiffers, Some(wrong)));
    assert!(first.text.contains("comes out as TierChanged, but is not recorded"), "{}", first.text);
}

#[test]
fn a_flipped_bit_is_named_with_its_batch_in_every_segment() {
    let dir = tempfile::tempdir().unwrap();
    full_ledger(dir.path());
    let batches = layout(dir.path());
    for (number, position, bytes, _) in &batches[..batches.len() - 1] {
        let (path, offset) = segment_of(dir.path(), *position);
        let sound = fs::read(&path).unwrap();
        let mut stored = sound.clone();
        stored[offset + bytes - 1] ^= 4;
        fs::write(&path, &stored).unwrap();
        let report = verified(dir.path());
        fs::write(&path, &sound).unwrap();
        assert_eq!(report.findings_count, 1, "{:#?}", report.findings);
        let finding = the_finding(&report, FindingKind::DamagedBytes);
        assert_eq!((finding.batch, finding.position), (Some(*number), Some(*position)));
        assert!(finding.text.starts_with(&format!("batch {number} is damaged")), "{}", finding.text);
        assert_eq!(report.notes.len(), 1);
    }
}

#[test]
fn no_flipped_bit_goes_unnoticed_wherever_it_is() {
    let dir = tempfile::tempdir().unwrap();
    full_ledger(dir.path());
    let last = layout(dir.path()).last().map(|(_, position, _, _)| *position).unwrap();
    let (last_path, last_offset) = segment_of(dir.path(), last);
    let options = VerifyOptions { snapshot: false, ..VerifyOptions::default() };
    for entry in fs::read_dir(dir.path().join("log")).unwrap() {
        let path = entry.unwrap().path();
        let sound = fs::read(&path).unwrap();
        for offset in (0..sound.len()).step_by(5) {
            let mut stored = sound.clone();
            stored[offset] ^= 1 << (offset % 8);
            fs::write(&path, &stored).unwrap();
            let report = verify(dir.path(), &options, &mut |_| {}).unwrap();
            // The mark of the close has nothing after it that proves it was there.
            let is_mark = path == last_path && offset >= last_offset;
            assert_eq!(report.is_clean(), is_mark, "{} byte {offset}: {report:#?}", path.display());
            assert!(!report.is_clean() || !report.notes.is_empty());
        }
        fs::write(&path, &sound).unwrap();
    }
}

#[test]
fn a_batch_cut_out_of_its_segment_is_named_with_its_neighbours() {
    let dir = tempfile::tempdir().unwrap();
    full_ledger(dir.path());
    let batches = layout(dir.path());
    for (number, position, bytes, _) in &batches[1..batches.len() - 1] {
        let (path, offset) = segment_of(dir.path(), *position);
        let sound = fs::read(&path).unwrap();
        let mut stored = sound.clone();
        stored.drain(offset..offset + bytes);
        fs::write(&path, &stored).unwrap();
        let report = verified(dir.path());
        fs::write(&path, &sound).unwrap();
        let finding = the_finding(&report, FindingKind::MissingBatch);
        assert_eq!(finding.batch, Some(*number));
        let beginning = format!("batch {number} is missing: {} is followed by ", number - 1);
        assert!(finding.text.starts_with(&beginning), "{}", finding.text);
    }
}

#[test]
fn a_missing_segment_is_named_with_the_batches_that_it_held() {
    let dir = tempfile::tempdir().unwrap();
    full_ledger(dir.path());
    let (path, _) = segment_of(dir.path(), 3_000);
    fs::remove_file(path).unwrap();
    let report = verified(dir.path());
    let finding = the_finding(&report, FindingKind::MissingBatch);
    assert!(finding.text.contains(" missing: "), "{}", finding.text);
    assert!(finding.text.contains("is followed by segment "), "{}", finding.text);
}

#[test]
fn a_batch_left_out_by_a_careless_forger_breaks_its_members_chain() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    full_ledger(dir.path());
    let wrong = batch_with(dir.path(), RecordKind::Redeemed.number(), 0);
    forge(dir.path(), forged.path(), false, |number, drafts| (number != wrong).then_some(drafts));
    let report = verified(forged.path());
    let first = report.findings.iter().find(|finding| finding.kind == FindingKind::BrokenChain).unwrap();
    assert_eq!(first.batch, Some(wrong), "the batch after it has its number now");
    assert!(first.text.contains("a batch was removed, added or changed"));
}

#[test]
fn a_batch_left_out_by_a_careful_forger_shows_in_what_rested_on_it() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    full_ledger(dir.path());
    // Ann's second order: the third is then judged with another number.
    let wrong = batch_with(dir.path(), EARNED, 2);
    forge(dir.path(), forged.path(), true, |number, drafts| (number != wrong).then_some(drafts));
    let report = verified(forged.path());
    assert!(!report.is_clean());
    assert!(
        report.findings.iter().all(|finding| finding.member.as_deref() == Some("ann")),
        "{:#?}",
        report.findings
    );
    assert!(
        report.findings.iter().any(|f| matches!(f.kind, FindingKind::DecisionDiffers | FindingKind::Misfit))
    );
}

#[test]
fn a_record_that_names_another_predecessor_is_named() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    full_ledger(dir.path());
    let wrong = batch_with(dir.path(), EARNED, 3);
    let mut seen = Vec::new();
    // Only one member's one record is changed, which keeps all positions.
    let forged_log = forged.path().join("log");
    fs::create_dir_all(&forged_log).unwrap();
    forge_in_place(dir.path(), forged.path(), |number, draft| {
        if number == wrong && seen.is_empty() {
            seen.push(draft.header.previous);
            draft.header.previous = Position(draft.header.previous.0 - 1);
        }
    });
    let report = verified(forged.path());
    let finding = the_finding(&report, FindingKind::BrokenChain);
    assert_eq!(finding.batch, Some(wrong));
    assert!(finding.text.contains(&format!("position {}", seen[0])), "{}", finding.text);
}

/// As [`forge`], one record at a time, with all positions as they were and predecessors as they are given.
fn forge_in_place(from: &Path, to: &Path, mut change: impl FnMut(u64, &mut Draft)) {
    forge(from, to, false, |number, mut drafts| {
        drafts.iter_mut().for_each(|draft| change(number, draft));
        Some(drafts)
    });
}

#[test]
fn a_header_that_does_not_go_with_its_body_is_named() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    full_ledger(dir.path());
    let wrong = batch_with(dir.path(), RecordKind::OrderPlaced.number(), 2);
    forge_in_place(dir.path(), forged.path(), |number, draft| {
        if number == wrong && draft.header.kind == RecordKind::OrderPlaced.number() {
            draft.header.key_fingerprint ^= 1;
        }
    });
    let report = verified(forged.path());
    let finding = the_finding(&report, FindingKind::HeaderMismatch);
    assert_eq!(finding.batch, Some(wrong));
}

#[test]
fn a_batch_repeated_under_its_own_key_is_named() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    full_ledger(dir.path());
    let credit = batch_with(dir.path(), RecordKind::Credited.number(), 0);
    let mut copy = None;
    forge(dir.path(), forged.path(), true, |number, drafts| {
        if number == credit {
            copy = Some(drafts.clone());
        }
        if number == credit + 1 { copy.take() } else { Some(drafts) }
    });
    let report = verified(forged.path());
    let finding = the_finding(&report, FindingKind::RepeatedKey);
    assert_eq!((finding.batch, finding.member.as_deref()), (Some(credit + 1), Some("bob")));
    assert!(finding.text.starts_with("the key `a1` was used before"), "{}", finding.text);
}

#[test]
fn a_recording_time_that_goes_back_is_named() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    full_ledger(dir.path());
    let wrong = batch_with(dir.path(), RecordKind::Credited.number(), 0);
    forge_in_place(dir.path(), forged.path(), |number, draft| {
        if number == wrong {
            draft.header.recorded_at -= 40 * 86_400_000_000;
        }
    });
    let report = verified(forged.path());
    let found = report.findings.iter().find(|finding| finding.kind == FindingKind::RecordedTime).unwrap();
    assert_eq!(found.batch, Some(wrong));
}

#[test]
fn points_from_nowhere_are_named() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    full_ledger(dir.path());
    let kind = RecordKind::RedemptionReversed.number();
    let wrong = batch_with(dir.path(), kind, 0);
    forge(dir.path(), forged.path(), true, |number, mut drafts| {
        if number == wrong {
            change_decision(&mut drafts, kind, |decision| {
                let Decision::RedemptionReversed(reversed) = decision else {
                    panic!("a reversal is expected")
                };
                reversed.points.0 += 5;
            });
        }
        Some(drafts)
    });
    let report = verified(forged.path());
    let found: Vec<_> = report.findings.iter().filter(|f| f.kind == FindingKind::Unbalanced).collect();
    assert_eq!(found[0].batch, Some(wrong));
    assert_eq!(found[0].text, "a RedemptionReversed of 25 points has parts of 20");
    assert!(found.iter().any(|finding| finding.text.contains("but its lots hold")), "{found:#?}");
    assert_eq!(report.states_digest, None);
}

#[test]
fn a_snapshot_with_a_wrong_state_is_named_with_member_and_field() {
    // The forged log tells another past than the snapshot of the true one.
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    full_ledger(dir.path());
    let wrong = batch_with(dir.path(), EARNED, 0);
    forge(dir.path(), forged.path(), true, |number, mut drafts| {
        if number == wrong {
            change_decision(&mut drafts, EARNED, |decision| {
                let Decision::PointsEarned(earned) = decision else {
                    panic!("an order's judgement is expected")
                };
                earned.metrics[0].figures.spend.0 += 1;
            });
        }
        Some(drafts)
    });
    fs::rename(dir.path().join("snapshots"), forged.path().join("snapshots")).unwrap();
    let report = verified(forged.path());
    let finding = the_finding(&report, FindingKind::SnapshotDiffers);
    assert_eq!(finding.member.as_deref(), Some("ann"));
    assert!(finding.text.contains("figures.spend: snapshot "), "{}", finding.text);
}

#[test]
fn a_log_that_lost_its_tail_is_convicted_by_the_snapshot() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    full_ledger(dir.path());
    forge(dir.path(), forged.path(), true, |number, drafts| (number <= 10).then_some(drafts));
    fs::rename(dir.path().join("snapshots"), forged.path().join("snapshots")).unwrap();
    let report = verified(forged.path());
    let finding = the_finding(&report, FindingKind::LostTail);
    assert!(finding.text.contains("the log has lost its tail"));
    assert_eq!(report.findings_count, 1);
}

#[test]
fn findings_past_the_limit_are_counted_and_not_kept() {
    let (dir, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    full_ledger(dir.path());
    forge(dir.path(), forged.path(), false, |number, drafts| (number != 2).then_some(drafts));
    let all = verified(forged.path());
    let options = VerifyOptions { findings_max: 2, ..VerifyOptions::default() };
    let some = verify(forged.path(), &options, &mut |_| {}).unwrap();
    assert!(all.findings_count > 2);
    assert_eq!((some.findings.len(), some.findings_count), (2, all.findings_count));
}

#[test]
fn a_folder_without_a_ledger_is_an_error_and_no_finding() {
    let dir = tempfile::tempdir().unwrap();
    assert!(verify(dir.path(), &VerifyOptions::default(), &mut |_| {}).is_err());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}
