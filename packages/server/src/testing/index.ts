/** `@countersign/server/testing`: the emulator in a test. */

export { type DispatchInterceptor, emulatedFetch, interceptUndici, toEmulator } from "./intercept-fetch.js";
export { type InterceptedHttp, interceptHttp } from "./intercept-http.js";
export { EmulatorFault } from "./remote.js";
export {
  type ConnectOptions,
  connectEmulator,
  type SeedObject,
  type StartOptions,
  startEmulator,
} from "./start.js";
export type {
  AccountView,
  AppChange,
  AppView,
  Authorized,
  AuthorizeOptions,
  ClientDetails,
  ClockView,
  Duration,
  EmailView,
  EmulatorClock,
  EmulatorFaults,
  EmulatorOutbox,
  EventView,
  FaultOrder,
  FaultTarget,
  FaultView,
  Operation,
  RequestFilter,
  RequestView,
  SignEmulator,
  StateView,
  TokenTarget,
} from "./types.js";
