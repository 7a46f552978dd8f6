//! Draws the curve: resident memory and what requests hold of it, over time.

use std::fmt::Write;

use super::curve::Sample;

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 320.0;
/// Room for the axes' numbers.
const LEFT: f64 = 60.0;
const BOTTOM: f64 = 40.0;
const TOP: f64 = 30.0;
const RIGHT: f64 = 20.0;
const MIB: f64 = 1_048_576.0;

pub fn draw(samples: &[Sample]) -> String {
    let seconds_max = samples.last().map_or(1.0, |sample| sample.seconds).max(1.0);
    let highest = samples.iter().map(|sample| sample.resident_bytes).max().unwrap_or(1);
    let step = step(highest as f64 / MIB);
    let mib_max = (highest as f64 / MIB / step).ceil() * step;
    let x = |seconds: f64| LEFT + seconds / seconds_max * (WIDTH - LEFT - RIGHT);
    let y = |mib: f64| HEIGHT - BOTTOM - mib / mib_max * (HEIGHT - BOTTOM - TOP);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
    );
    let mut mib = 0.0;
    while mib <= mib_max {
        let _ = writeln!(
            text,
            "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#ddd\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{mib:.0}</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            y(mib) + 4.0,
            y = y(mib),
        );
        mib += step;
    }
    for part in 0..=6 {
        let seconds = seconds_max * f64::from(part) / 6.0;
        let (place, minutes) = (x(seconds), seconds / 60.0);
        let _ = writeln!(
            text,
            "<text x=\"{place:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{minutes:.1}</text>",
            HEIGHT - BOTTOM + 18.0
        );
    }
    let line = |of: fn(&Sample) -> u64| {
        let points = samples.iter().map(|sample| format!("{:.1},{:.1}", x(sample.seconds), y(of(sample) as f64 / MIB)));
        points.collect::<Vec<_>>().join(" ")
    };
    let _ = writeln!(
        text,
        "<polyline fill=\"none\" stroke=\"#2563eb\" stroke-width=\"1.5\" points=\"{}\"/>\n\
         <polyline fill=\"none\" stroke=\"#d97706\" stroke-width=\"1\" points=\"{}\"/>",
        line(|sample| sample.resident_bytes),
        line(|sample| sample.held_bytes),
    );
    let _ = writeln!(
        text,
        "<text x=\"{LEFT}\" y=\"18\" fill=\"#2563eb\">resident memory, MiB</text>\
         <text x=\"{}\" y=\"18\" fill=\"#d97706\">held by requests, MiB</text>\
         <text x=\"{}\" y=\"{}\" text-anchor=\"end\">minutes</text>\n</svg>",
        LEFT + 160.0,
        WIDTH - RIGHT,
        HEIGHT - 6.0,
    );
    text
}

/// Between two lines: four to eight of them.
fn step(mib_max: f64) -> f64 {
    let mut step = 1.0;
    while mib_max / step > 8.0 {
        step *= 2.0;
    }
    step
}
