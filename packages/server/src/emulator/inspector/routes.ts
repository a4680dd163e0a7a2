/** The inspector: what happened and what there is, for a person in a browser. */
import type { FastifyInstance } from "fastify";
import type { World } from "../state/world.js";

export function inspectorRoutes(_server: FastifyInstance, _world: World): void {}
