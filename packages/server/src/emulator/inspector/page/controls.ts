/** Forms that change the emulator: time, faults, back to the seed. */

import { attributes, type Html, html } from "../../../pages/html.js";
import { csrfField } from "../../../pages/parts.js";
import { addressOf, type FaultRow, type InspectorView } from "./view.js";

/** A form of one button, which comes back to what is shown now. */
export function act(
  view: Pick<InspectorView, "csrf" | "asked">,
  path: string,
  values: Readonly<Record<string, string>>,
  button: Html,
): Html {
  return html`<form method="post" action="/_emulator/inspector/${path}">${csrfField(view.csrf)}${hidden({ ...values, back: addressOf(view.asked) })}${button}</form>`;
}

export function hidden(values: Readonly<Record<string, string>>): Html[] {
  return Object.entries(values).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
}

export function clockBar(view: InspectorView): Html {
  const { clock } = view;
  const step = (advance: string, label: string) =>
    act(
      view,
      "clock",
      { advance },
      html`<button type="submit" aria-label="Advance by ${label}">+ ${label}</button>`,
    );
  const freeze = clock.frozen
    ? act(view, "clock", { unfreeze: "true" }, html`<button type="submit">Unfreeze</button>`)
    : act(view, "clock", { freeze: "true" }, html`<button type="submit">Freeze</button>`);
  return html`<p class="ins-time"><time>${clock.time}</time> <span class="muted small">${clock.date} · ${clock.offset}</span></p>
<div class="ins-buttons">${step("1m", "1 min")}${step("1h", "1 h")}${step("1d", "1 d")}${freeze}</div>`;
}

/** What is used now and then, folded away. */
export function tools(view: InspectorView): Html {
  return html`<div class="ins-tools"><details id="tool-clock"><summary>Set the clock</summary>${clockForm(view)}</details>
<details id="tool-fault"><summary>Inject a fault</summary>${commonFaults(view)}${faultForm(view)}</details>
<details id="tool-reset"><summary>Reset to the seed</summary>
<p class="small muted">Deletes tokens, grants, faults, requests and anything added to the seed. Resets the clock, too.</p>
${act(view, "reset", {}, html`<button type="submit" class="danger">Yes, reset everything</button>`)}</details></div>`;
}

function clockForm(view: InspectorView): Html {
  return html`<form method="post" action="/_emulator/inspector/clock" class="ins-form">${csrfField(view.csrf)}${hidden({ back: addressOf(view.asked) })}
<div class="field"><label for="clock-set">Time, in UTC</label><div class="field-row"><input id="clock-set" name="set" type="datetime-local" step="1" value="${view.clock.field}" required><button type="submit">Set</button></div></div></form>
${act(view, "clock", { reset: "true" }, html`<button type="submit">Back to this machine’s time</button>`)}`;
}

const common: readonly (readonly [label: string, operation: string, kind: string])[] = [
  ["Lose the next refresh", "oauthTokenRefresh", "lose_response"],
  ["Lose the next exchange", "oauthTokenGenerate", "lose_response"],
  ["Answer the next refresh with 500", "oauthTokenRefresh", "error"],
  ["Rate-limit the next API call", "accountGet", "rate_limit"],
  ["Delay the next request by 10 s", "", "slow"],
];

function commonFaults(view: InspectorView): Html {
  const chip = ([label, operation, kind]: (typeof common)[number]) =>
    act(
      view,
      "fault",
      { ...(operation !== "" && { operation }), kind, count: "1" },
      html`<button type="submit">${label}</button>`,
    );
  return html`<div class="ins-chips">${common.map(chip)}</div>`;
}

const kinds: readonly (readonly [value: string, label: string])[] = [
  ["lose_response", "handle it, then lose the answer"],
  ["drop", "drop the connection first"],
  ["error", "answer 500"],
  ["unavailable", "answer 503"],
  ["rate_limit", "answer 429"],
  ["malformed_json", "send half of the JSON"],
  ["slow", "answer 10 s late"],
];

function faultForm(view: InspectorView): Html {
  const targets = [["", "any request"], ...view.operations.map((name) => [name, name] as const)] as const;
  return html`<details id="tool-fault-more"><summary>Another fault</summary>
<form method="post" action="/_emulator/inspector/fault" class="ins-form">${csrfField(view.csrf)}${hidden({ back: addressOf(view.asked) })}
${choice("operation", "Request", targets)}
${choice("kind", "Fault", kinds)}
${choice("count", "How often", [
  ["1", "once"],
  ["3", "three times"],
  ["always", "until removed"],
])}
<div><button type="submit" class="primary">Inject</button></div></form></details>`;
}

function choice(name: string, label: string, values: readonly (readonly [string, string])[]): Html {
  const options = values.map(([value, text]) => html`<option${attributes({ value })}>${text}</option>`);
  return html`<div class="field"><label for="fault-${name}">${label}</label><select id="fault-${name}" name="${name}">${options}</select></div>`;
}

/** Faults in force, where they cannot be overlooked. */
export function activeFaults(view: InspectorView): Html | undefined {
  if (view.faults.length === 0) return undefined;
  return html`<ul class="ins-faults" aria-label="Active faults">${view.faults.map((fault) => faultRow(view, fault))}</ul>`;
}

function faultRow(view: InspectorView, fault: FaultRow): Html {
  const remove = html`<button type="submit" class="plain">Remove<span class="quiet-words"> the fault for ${fault.target}</span></button>`;
  return html`<li><p class="small"><strong>Fault: ${fault.target}</strong>, ${fault.left}: ${fault.does}</p>${act(view, "fault-remove", { id: fault.id }, remove)}</li>`;
}
