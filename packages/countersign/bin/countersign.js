#!/usr/bin/env node
/** The command of @countersign/server, under a name that `npx countersign` finds. */
import "@countersign/server/command";
