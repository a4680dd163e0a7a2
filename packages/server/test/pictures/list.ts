/** The pictures of README and docs: of which page, how wide, in which colours. */

export interface Look {
  readonly width: 390 | 1280;
  readonly colorScheme: "light" | "dark";
}

export const pages = [
  "start",
  "steps",
  "foreign-code",
  "sign-in",
  "consent",
  "wrong-callback",
  "inspector",
  "inspector-tokens",
  "inspector-accounts",
  "inspector-apps",
  "inspector-outbox",
  "inspector-empty",
  "connected-apps",
  "confirm-account",
  "signed-out",
  "not-found",
  "unknown-client",
  "expired-form",
  "too-many-attempts",
  "sign",
  "sign-refused",
  "team-join",
  "documents",
  "inspector-documents",
  "inspector-document",
  "open-consent",
  "draft",
  "draft-refused",
  "draft-sent",
  "device-code",
  "device-wrong-code",
  "device-consent",
  "device-connected",
  "standard",
] as const;

export type PageName = (typeof pages)[number];

export interface Picture extends Look {
  readonly file: string;
  readonly page: PageName;
}

/** Those that stand in docs/images. */
export const pictures: readonly Picture[] = [
  { file: "start.png", page: "start", width: 1280, colorScheme: "light" },
  { file: "start-phone-dark.png", page: "start", width: 390, colorScheme: "dark" },
  { file: "consent.png", page: "consent", width: 1280, colorScheme: "light" },
  { file: "inspector.png", page: "inspector", width: 1280, colorScheme: "light" },
  { file: "inspector-dark.png", page: "inspector", width: 1280, colorScheme: "dark" },
  { file: "inspector-phone.png", page: "inspector", width: 390, colorScheme: "light" },
  { file: "wrong-callback.png", page: "wrong-callback", width: 1280, colorScheme: "light" },
];
