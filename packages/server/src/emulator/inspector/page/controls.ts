/** Forms that change the emulator: time, faults, start anew. */

import { attributes, type Html, html } from "../../../pages/html.js";
import { csrfField } from "../../../pages/parts.js";
import type { FaultRow, InspectorView } from "./view.js";

/** A form of one button. */
export function act(
  csrf: string,
  path: string,
  values: Readonly<Record<string, string>>,
  button: Html,
): Html {
  const hidden = Object.entries(values).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`<form method="post" action="/_emulator/inspector/${path}">${csrfField(csrf)}${hidden}${button}</form>`;
}

export function clockPanel({ clock, csrf }: InspectorView): Html {
  const step = (advance: string, label: string) =>
    act(
      csrf,
      "clock",
      { advance },
      html`<button type="submit" aria-label="Advance by ${label}">+ ${label}</button>`,
    );
  const freeze = clock.frozen
    ? act(csrf, "clock", { unfreeze: "true" }, html`<button type="submit">Let it run</button>`)
    : act(csrf, "clock", { freeze: "true" }, html`<button type="submit">Stop it</button>`);
  const back = act(csrf, "clock", { reset: "true" }, html`<button type="submit">Back to now</button>`);
  return html`<section class="ins-panel" aria-labelledby="clock-title"><h2 id="clock-title">Clock</h2>
<p class="ins-time"><time>${clock.time}</time> <span class="muted">${clock.date}</span></p>
<p class="small muted">${clock.offset}</p>
<div class="ins-buttons">${step("1m", "1 min")}${step("1h", "1 h")}${step("1d", "1 d")}</div>
<div class="ins-buttons">${freeze}${back}</div></section>`;
}

const kinds: readonly (readonly [value: string, label: string])[] = [
  ["lose_response", "Lose the answer after it took effect"],
  ["drop", "Drop the connection before it takes effect"],
  ["error", "Answer 500"],
  ["unavailable", "Answer 503"],
  ["rate_limit", "Answer 429, rate limit"],
  ["malformed_json", "Send half of the JSON"],
  ["slow", "Be 10 s late"],
];

export function faultPanel({ csrf, faults, operations }: InspectorView): Html {
  return html`<section class="ins-panel" aria-labelledby="fault-title"><h2 id="fault-title">Order a fault</h2>
<form method="post" action="/_emulator/inspector/fault" class="ins-form">${csrfField(csrf)}
${choice("operation", "For the next", [["", "request of any kind"], ...operations.map((name) => [name, name] as const)])}
${choice("kind", "let it", kinds)}
${choice("count", "this often", [
  ["1", "once"],
  ["3", "three times"],
  ["always", "until removed"],
])}
<div><button type="submit" class="primary">Order</button></div></form>
<div id="live-faults" data-live>${faults.length > 0 && html`<ul class="ins-faults">${faults.map((fault) => faultRow(csrf, fault))}</ul>`}</div></section>`;
}

function choice(name: string, label: string, values: readonly (readonly [string, string])[]): Html {
  const options = values.map(([value, text]) => html`<option${attributes({ value })}>${text}</option>`);
  return html`<div class="ins-field"><label for="fault-${name}">${label}</label><select id="fault-${name}" name="${name}">${options}</select></div>`;
}

function faultRow(csrf: string, fault: FaultRow): Html {
  const remove = html`<button type="submit" class="plain">Remove<span class="quiet-words"> the fault for ${fault.target}</span></button>`;
  return html`<li><p class="small"><strong>${fault.target}</strong>, ${fault.left}: ${fault.does}</p>${act(csrf, "fault-remove", { id: fault.id }, remove)}</li>`;
}

export function resetPanel({ csrf }: InspectorView): Html {
  const button = html`<button type="submit" class="danger">Reset to the seed</button>`;
  return html`<section class="ins-panel" aria-labelledby="reset-title"><h2 id="reset-title">Start anew</h2>
<p class="small muted">Forgets tokens, grants, faults, requests and what was added to the seed. The clock goes back too.</p>
${act(csrf, "reset", {}, button)}</section>`;
}
