/** Stands for your own session: which of your users sends this request. Yours must not believe a bare cookie. */
export function userIdOf(cookie: string | null | undefined): string {
  return /(?:^|; )user=([\w-]+)/.exec(cookie ?? "")?.[1] ?? "anonymous";
}
