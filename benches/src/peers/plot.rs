//! The ratios that have goals as bars: one is what the peer needs. Written as SVG by hand, because bars and words are all it has.

use std::fmt::Write;

use super::conclusions::Ratio;
use crate::{figures::Stretch, routers::FLOOR};

const WIDTH: f64 = 860.0;
const BARS_FROM: f64 = 250.0;
/// How long the bar of a ratio of 1 is.
const UNIT: f64 = 320.0;
/// Longer ones are cut off, and say so by their number.
const RATIO_MAX: f64 = 1.2;
const ROW: f64 = 30.0;
const BAR: f64 = 16.0;

/// One part for each peer.
pub fn draw(ratios: &[Ratio]) -> String {
    let with_goal: Vec<&Ratio> =
        ratios.iter().filter(|ratio| ratio.verdict.is_some() && ratio.other != FLOOR).collect();
    let mut peers: Vec<&str> = Vec::new();
    for ratio in &with_goal {
        if !peers.contains(&ratio.other.as_str()) {
            peers.push(&ratio.other);
        }
    }
    let mut body = String::new();
    let mut y = 10.0;
    for peer in peers {
        let rows: Vec<&Ratio> = with_goal.iter().filter(|ratio| ratio.other == peer).copied().collect();
        y = draw_peer(&mut body, y, peer, &rows);
    }
    // Writing to a string cannot fail.
    let mut svg = String::new();
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y}\" width=\"{WIDTH}\" height=\"{y}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\">"
    );
    let _ = writeln!(svg, "<rect width=\"{WIDTH}\" height=\"{y}\" fill=\"#ffffff\"/>");
    svg + &body + "</svg>\n"
}

fn draw_peer(body: &mut String, top: f64, peer: &str, rows: &[&Ratio]) -> f64 {
    let subject = rows.first().map_or("", |ratio| ratio.subject.as_str());
    let bottom = top + 46.0 + ROW * rows.len() as f64;
    let title = format!("What {subject} needs of what {peer} needs (less is better)");
    write_text(body, [16.0, top + 20.0], "fill=\"#1a1a1a\" font-size=\"15\" font-weight=\"600\"", &title);
    for tenth in [0, 5, 10] {
        let x = BARS_FROM + UNIT * f64::from(tenth) / 10.0;
        let stroke = if tenth == 10 { "#555555" } else { "#d5d5d5" };
        let _ = writeln!(
            body,
            "<line x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{bottom}\" stroke=\"{stroke}\" stroke-width=\"1\"/>",
            top + 38.0
        );
        let label = if tenth == 10 { peer.to_owned() } else { format!("{:.1}", f64::from(tenth) / 10.0) };
        write_text(body, [x, bottom + 16.0], "fill=\"#555555\" text-anchor=\"middle\" font-size=\"12\"", &label);
    }
    for (index, ratio) in rows.iter().enumerate() {
        draw_row(body, top + 42.0 + ROW * index as f64, ratio);
    }
    let mark = "fill=\"#555555\" font-size=\"12\"";
    write_text(
        body,
        [16.0, bottom + 36.0],
        mark,
        "The dark line is the goal, the dashed one the stretch, the thin one the range of the rounds.",
    );
    bottom + 52.0
}

fn draw_row(body: &mut String, y: f64, ratio: &Ratio) {
    let Some(verdict) = &ratio.verdict else { return };
    let at = |value: f64| BARS_FROM + UNIT * value.clamp(0.0, RATIO_MAX);
    let middle = y + BAR / 2.0;
    let fill = if verdict.is_met { "#2f7d5b" } else { "#c2571a" };
    let (key, name) = ratio.scenario;
    let label = format!("{key}  {name}: {}", ratio.figure.name());
    write_text(body, [BARS_FROM - 12.0, middle + 4.5], "fill=\"#1a1a1a\" text-anchor=\"end\"", &label);
    let width = at(ratio.spread.median) - BARS_FROM;
    let _ = writeln!(
        body,
        "<rect x=\"{BARS_FROM}\" y=\"{y}\" width=\"{width:.1}\" height=\"{BAR}\" rx=\"2\" fill=\"{fill}\"/>"
    );
    let range = [at(ratio.spread.least), at(ratio.spread.most)];
    let _ = writeln!(
        body,
        "<line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{middle}\" y2=\"{middle}\" stroke=\"#1a1a1a\" stroke-width=\"1\"/>",
        range[0], range[1]
    );
    draw_mark(body, at(verdict.goal.at_most), y, "stroke-width=\"2.5\"");
    if let Stretch::Ratio(stretch) = verdict.goal.stretch {
        draw_mark(body, at(stretch), y, "stroke-width=\"1.5\" stroke-dasharray=\"3 2\"");
    }
    let figures = format!("{}  of {}", ratio.figure.show(ratio.own_median), ratio.figure.show(ratio.other_median));
    let from = BARS_FROM + UNIT * RATIO_MAX + 10.0;
    let number = format!("{:.2}", ratio.spread.median);
    write_text(body, [from, middle + 4.5], "fill=\"#1a1a1a\" font-weight=\"600\"", &number);
    write_text(body, [from + 38.0, middle + 4.5], "fill=\"#555555\" font-size=\"12\"", &figures);
}

fn draw_mark(body: &mut String, x: f64, y: f64, style: &str) {
    let (top, bottom) = (y - 3.0, y + BAR + 3.0);
    let _ =
        writeln!(body, "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top}\" y2=\"{bottom}\" stroke=\"#1a1a1a\" {style}/>");
}

fn write_text(body: &mut String, [x, y]: [f64; 2], style: &str, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(body, "<text x=\"{x:.1}\" y=\"{y:.1}\" {style}>{text}</text>");
}
