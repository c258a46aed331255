import type { Operation, Resource } from '../operation';
import { accessToken } from './accessToken';
import { apiResource } from './api';
import { department } from './department';
import { login } from './login';
import { media } from './media';
import { member } from './member';
import { message } from './message';

const typed: Resource[] = [accessToken, department, login, media, member, message];

export const resources: Resource[] = [...typed, apiResource(typed)];

const byName = new Map(
	resources.flatMap((resource) =>
		resource.operations.map(
			(operation) => [`${resource.value}.${operation.value}`, operation] as const,
		),
	),
);

export const findOperation = (resource: string, operation: string): Operation | undefined =>
	byName.get(`${resource}.${operation}`);
