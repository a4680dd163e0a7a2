/** Owns the frame of a step, and the pieces that several steps share. */

import { attributes, type Html, type HtmlValue, html } from "../../../pages/html.js";
import { csrfField, notice } from "../../../pages/parts.js";
import { copyButton } from "../../pages/copy-button.js";
import type { Language, ParameterView, SampleView, StepStatus, VerdictView } from "./view.js";

export interface StepFrame {
  number: number;
  title: string;
  status: StepStatus;
  /** One sentence on what happens in it. */
  summary: HtmlValue;
  /** What came of it, in a few characters: shown beside the title of a finished step. */
  outcome?: HtmlValue;
  /** Whether the way goes on without it: it is then never the step that comes next. */
  optional?: boolean;
  /** Whether a later step has been taken: a finished step is then one line, to be opened. */
  folded: boolean;
  content: HtmlValue;
}

/** A step of the list; one that cannot be taken yet shows only its title and summary. */
export function step(frame: StepFrame): Html {
  const isNext = frame.status === "open" && !frame.optional;
  const given = attributes({
    class: `step step-${frame.status}${isNext ? " step-next" : ""}`,
    id: `step-${frame.number}`,
    "aria-current": isNext ? "step" : undefined,
  });
  const mark = html`<span class="step-number" aria-hidden="true">${marker(frame)}</span>`;
  const title = html`<h3>${frame.title}${statusWords(frame.status)}</h3>`;
  const body = html`<p class="muted">${frame.summary}</p>
${frame.status !== "later" && frame.content}`;
  if (!frame.folded || frame.status !== "done") {
    return html`<li${given}><div class="step-head">${mark}${title}</div>
<div class="step-body">${body}</div></li>`;
  }
  return html`<li${given}><details id="step-${frame.number}-done"><summary class="step-head">${mark}${title}<span class="step-outcome">${frame.outcome}</span></summary>
<div class="step-body">${body}</div></details></li>`;
}

function marker(frame: StepFrame): HtmlValue {
  if (frame.status === "done") {
    return html`<svg viewBox="0 0 20 20" width="20" height="20"><path d="M4.5 10.6l3.8 3.8L15.5 6.4"/></svg>`;
  }
  if (frame.status === "failed") {
    return html`<svg viewBox="0 0 20 20" width="20" height="20"><path d="M5.5 5.5l9 9M14.5 5.5l-9 9"/></svg>`;
  }
  return frame.number;
}

function statusWords(status: StepStatus): HtmlValue {
  if (status === "done") return html`<span class="quiet-words"> (done)</span>`;
  if (status === "failed") return html`<span class="quiet-words"> (failed)</span>`;
  return undefined;
}

export interface ActionOptions {
  path:
    | "start"
    | "exchange"
    | "account"
    | "refresh"
    | "introspect"
    | "revoke"
    | "forge-state"
    | "send"
    | "sign"
    | "download";
  csrf: string;
  label: string;
  primary?: boolean;
  /** How many calls the page shows: the server ignores a form that was sent twice. */
  made?: number;
}

export function action(options: ActionOptions): Html {
  const made = options.made !== undefined && html`<input type="hidden" name="made" value="${options.made}">`;
  const given = attributes({ type: "submit", class: options.primary ? "primary" : undefined });
  return html`<form method="post" action="/playground/${options.path}">${csrfField(options.csrf)}${made}<button${given}>${options.label}</button></form>`;
}

export function verdict(view: VerdictView): Html {
  return notice(view.tone, html`<p><strong>${view.verdict}</strong></p><p>${view.explanation}</p>`);
}

export function parameters(rows: readonly ParameterView[]): Html {
  return html`<dl class="parameters">${rows.map(
    (row) =>
      html`<div><dt><code>${row.name}</code></dt><dd><code class="value">${row.value}</code><span class="muted small">${row.meaning}</span></dd></div>`,
  )}</dl>`;
}

const languages: Readonly<Record<Language, string>> = {
  address: "Address",
  curl: "curl",
  typescript: "TypeScript",
  ruby: "Ruby",
  python: "Python",
};

/** The same call in several languages; radio buttons make the tabs, so that they work without a script. */
export function samples(stepNumber: number, list: readonly SampleView[], title: string, open: boolean): Html {
  if (list.length === 0) return html``;
  const group = `language-${stepNumber}`;
  return html`<details class="samples"${attributes({ open })}>
<summary>${title}</summary>
<div class="tabs" role="group" aria-label="Language">
${list.map((sample, index) => tab(group, sample, index === 0))}
${list.map(panel)}
</div>
</details>`;
}

function tab(group: string, sample: SampleView, checked: boolean): Html {
  const given = attributes({ type: "radio", name: group, value: sample.language, checked });
  return html`<label><input${given}>${languages[sample.language]}</label>`;
}

function panel(sample: SampleView): Html {
  const name = languages[sample.language];
  return html`<div class="panel panel-${sample.language}">
<div class="panel-head"><p class="muted small">${sample.note ?? name}</p>${copyButton(undefined, `the ${name} code`)}</div>
<pre><code>${sample.code}</code></pre>
</div>`;
}
