//! The pictures, as SVG.

use std::fmt::Write as _;
use std::time::Duration;

use crate::load::{Outcome, Timeline};
use crate::{LENGTH, Mishap};

const BUCKET: Duration = Duration::from_millis(100);
const PANEL_WIDTH: f64 = 440.0;
const PANEL_GAP: f64 = 40.0;
const LEFT: f64 = 50.0;
const CALLS_TOP: f64 = 98.0;
const CALLS_HEIGHT: f64 = 130.0;
const TOKENS_TOP: f64 = 266.0;
const TOKENS_HEIGHT: f64 = 60.0;
const WIDTH: f64 = LEFT + 2.0 * PANEL_WIDTH + PANEL_GAP + 20.0;
const HEIGHT: f64 = 386.0;

const STYLE: &str = "
  text { font: 13px system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #24292f }
  .title { font-size: 17px; font-weight: 600 }
  .panel { font-size: 14px; font-weight: 600 }
  .small { font-size: 11px; fill: #57606a }
  .axis { stroke: #8c959f; stroke-width: 1 }
  .mishap { fill: #8250df; fill-opacity: 0.13 }
  .mishap-line { stroke: #8250df; stroke-width: 1.5; stroke-dasharray: 4 3 }
  .well { fill: #2da44e } .failed { fill: #cf222e }
  .token { fill: #0969da } .token-failed { fill: #bc4c00 }
";

/// The same mishap for two callers.
pub(crate) struct Drawing {
    pub(crate) title: &'static str,
    pub(crate) mishap: Mishap,
    pub(crate) panels: [Panel; 2],
}

pub(crate) struct Panel {
    pub(crate) title: &'static str,
    pub(crate) timeline: Timeline,
}

/// A row of bars: how many went well and how many failed, in each bucket.
struct Row {
    buckets: Vec<(usize, usize)>,
    top: f64,
    height: f64,
    classes: [&'static str; 2],
}

impl Drawing {
    pub(crate) fn to_svg(&self) -> String {
        let mut svg = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">
<style>{STYLE}</style>
<title>{title}</title>
<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#ffffff"/>
<text class="title" x="{LEFT}" y="28">{title}</text>
"##,
            title = self.title,
        );
        let rows = self.panels.each_ref().map(Panel::rows);
        // One scale for both panels, so that they can be compared.
        let scale = |row: usize| rows.iter().map(|rows| rows[row].highest()).max();
        let scales = [scale(0).unwrap_or(1), scale(1).unwrap_or(1)];
        for (index, (panel, rows)) in self.panels.iter().zip(&rows).enumerate() {
            let left = LEFT + (PANEL_WIDTH + PANEL_GAP) * f64::from(u8::from(index == 1));
            self.draw_mishap(&mut svg, left);
            panel.draw_head(&mut svg, left);
            for (row, highest) in rows.iter().zip(scales) {
                row.draw(&mut svg, left, highest);
            }
            draw_seconds(&mut svg, left);
        }
        for (row, name) in rows[0].iter().zip(["calls in 0.1 s", "token requests"]) {
            let middle = row.top + row.height / 2.0;
            let _ = writeln!(
                svg,
                r#"<text class="small" text-anchor="middle" transform="translate(22 {middle}) rotate(-90)">{name}</text>"#
            );
        }
        draw_legend(&mut svg);
        svg.push_str("</svg>\n");
        svg
    }

    fn draw_mishap(&self, svg: &mut String, left: f64) {
        let (top, bottom) = (CALLS_TOP - 8.0, TOKENS_TOP + TOKENS_HEIGHT);
        let _ = match self.mishap {
            Mishap::Revocation { at } => writeln!(
                svg,
                r#"<line class="mishap-line" x1="{0:.1}" x2="{0:.1}" y1="{top}" y2="{bottom}"/>
<text class="small" x="{1:.1}" y="{2}">revoked</text>"#,
                x(left, at),
                x(left, at) + 5.0,
                TOKENS_TOP - 8.0
            ),
            Mishap::Outage { from, to } => writeln!(
                svg,
                r#"<rect class="mishap" x="{0:.1}" y="{top}" width="{1:.1}" height="{2}"/>
<text class="small" x="{3:.1}" y="{4}">503</text>"#,
                x(left, from),
                x(left, to) - x(left, from),
                bottom - top,
                x(left, from) + 5.0,
                TOKENS_TOP - 8.0
            ),
        };
    }
}

impl Panel {
    fn rows(&self) -> [Row; 2] {
        [
            Row {
                buckets: buckets(&self.timeline.calls),
                top: CALLS_TOP,
                height: CALLS_HEIGHT,
                classes: ["well", "failed"],
            },
            Row {
                buckets: buckets(&self.timeline.token_requests),
                top: TOKENS_TOP,
                height: TOKENS_HEIGHT,
                classes: ["token", "token-failed"],
            },
        ]
    }

    fn draw_head(&self, svg: &mut String, left: f64) {
        let (title, summary) = (self.title, self.timeline.summary());
        let _ = writeln!(
            svg,
            r#"<text class="panel" x="{left}" y="56">{title}</text>
<text x="{left}" y="76">{summary}</text>"#
        );
    }
}

impl Row {
    fn highest(&self) -> usize {
        let highest = self.buckets.iter().map(|(well, failed)| well + failed);
        highest.max().unwrap_or(1).max(1)
    }

    fn draw(&self, svg: &mut String, left: f64, highest: usize) {
        let bottom = self.top + self.height;
        let unit = self.height / highest as f64;
        let width = PANEL_WIDTH / self.buckets.len() as f64;
        for (index, (well, failed)) in self.buckets.iter().enumerate() {
            let mut base = bottom;
            for (count, class) in [well, failed].into_iter().zip(self.classes) {
                if *count == 0 {
                    continue;
                }
                let height = *count as f64 * unit;
                base -= height;
                let _ = writeln!(
                    svg,
                    r#"<rect class="{class}" x="{:.1}" y="{base:.1}" width="{:.1}" height="{height:.1}"/>"#,
                    left + width * index as f64,
                    width - 0.8,
                );
            }
        }
        let _ = writeln!(
            svg,
            r#"<line class="axis" x1="{left}" x2="{}" y1="{bottom}" y2="{bottom}"/>"#,
            left + PANEL_WIDTH
        );
    }
}

fn draw_seconds(svg: &mut String, left: f64) {
    let y = TOKENS_TOP + TOKENS_HEIGHT + 18.0;
    for second in 0..=LENGTH.as_secs() {
        let x = x(left, second as f64);
        let _ = writeln!(
            svg,
            r#"<text class="small" text-anchor="middle" x="{x:.1}" y="{y}">{second} s</text>"#
        );
    }
}

fn draw_legend(svg: &mut String) {
    let y = HEIGHT - 20.0;
    let entries = [
        ("well", "call succeeded"),
        ("failed", "call failed"),
        ("token", "token issued"),
        ("token-failed", "token request failed"),
    ];
    for ((class, meaning), column) in entries.into_iter().zip(0u8..) {
        let left = LEFT + 150.0 * f64::from(column);
        let _ = writeln!(
            svg,
            r#"<rect class="{class}" x="{left}" y="{}" width="10" height="10"/>
<text class="small" x="{}" y="{y}">{meaning}</text>"#,
            y - 9.0,
            left + 15.0
        );
    }
}

fn x(left: f64, second: f64) -> f64 {
    left + PANEL_WIDTH * second / LENGTH.as_secs_f64()
}

fn buckets(outcomes: &[Outcome]) -> Vec<(usize, usize)> {
    let count = LENGTH.as_millis() / BUCKET.as_millis();
    let mut buckets = vec![(0, 0); usize::try_from(count).unwrap_or_default()];
    for outcome in outcomes {
        let index = usize::try_from(outcome.at.as_millis() / BUCKET.as_millis());
        let bucket = index.ok().and_then(|index| buckets.get_mut(index));
        // What ends after the picture is in no bucket.
        if let Some((well, failed)) = bucket {
            let count = if outcome.well { well } else { failed };
            *count += 1;
        }
    }
    buckets
}
