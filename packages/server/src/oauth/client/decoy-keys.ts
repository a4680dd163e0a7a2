/**
 * Public keys that nobody has the private half of: an assertion of a client without a fitting key is checked by one of
 * them, so that the time of the refusal does not say whether there is such a client.
 */

/** As an app's keys are stored: reading them is a part of the time. */
export const decoyKeys: string = JSON.stringify({
  keys: [
    {
      kty: "EC",
      x: "1tbWTHj0QKSqngGNw1T1X9Ad7cgUJ37yLm0fZWIZWw4",
      y: "HzDs80aQIeg_3GXpop-sN_Lf6TTtaeyd5ME1n1ux1qM",
      crv: "P-256",
    },
    { crv: "Ed25519", x: "4rXyiRUnZmimVR7i0FKxXIB2KQcjRlrrBCWKH_KFJFo", kty: "OKP" },
    {
      kty: "RSA",
      n: "xZl4JRoGO-ANjh_Du6B_NxDc833NeFgPtmh4CIGz4Uj7O0ylvE0mVt9mNlDf-ecm6djiCUXTf0CDJdwnTycMKK5jtrXTMlxmxBkhswW4MqoeeGJDd51zlhEkoDrHF0JEG4qvI-MGHiuv2lhTA4L7v3_95W7OsLVmbvCwQmbK7Yhj6Bx02kbbmYo_1NBDrmU-LwtTbVIhflpUrEF-9dTz4BAzKIhohsEUIMdhYR390tU6SVWk3gtwGjQS5IcpmA7owT2NO6j6UteSooIHqPraRgYjSy14llDsC73flMiFAtiA9HHQMb1dWB9C2ut-kK7fz_ii0BmJBf0y2yAPUcOYtQ",
      e: "AQAB",
    },
  ],
});
