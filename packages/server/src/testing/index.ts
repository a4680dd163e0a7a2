/** `@countersign/server/testing`: the emulator in a test. */

export type {
  AccountView,
  AppView,
  ClockView,
  EmailView,
  EventView,
  FaultView,
  RequestView,
  StateView,
} from "../emulator/control/views.js";
export type {
  DraftSend,
  DraftState,
  EmulatorDocuments,
  SignatureRequestState,
  SignatureView,
  TemplateEdit,
  TemplateOrder,
  TemplateState,
} from "./documents.js";
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
  AppChange,
  Authorized,
  AuthorizeOptions,
  ClientDetails,
  Duration,
  EmulatorClock,
  EmulatorFaults,
  EmulatorOutbox,
  EventFaultOrder,
  FaultOrder,
  FaultTarget,
  Operation,
  RequestFilter,
  SdkOptions,
  SignEmulator,
  TokenOfLogin,
  TokenTarget,
} from "./types.js";
