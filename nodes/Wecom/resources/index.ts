import type { Operation, Resource } from '../operation';
import { accessToken } from './accessToken';
import { department } from './department';
import { login } from './login';
import { media } from './media';
import { member } from './member';
import { message } from './message';
import { suite } from './suite';

export const resources: Resource[] = [
	accessToken,
	department,
	login,
	media,
	member,
	message,
	suite,
];

const byName = new Map(
	resources.flatMap((resource) =>
		resource.operations.map(
			(operation) => [`${resource.value}.${operation.value}`, operation] as const,
		),
	),
);

export const findOperation = (resource: string, operation: string): Operation | undefined =>
	byName.get(`${resource}.${operation}`);

/** Whether a resource is a service provider's. */
export const needsSuite = (resource: string): boolean =>
	resources.some(({ value, suiteOnly }) => value === resource && suiteOnly === true);
