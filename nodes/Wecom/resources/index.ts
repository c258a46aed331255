import type { Operation, Resource } from '../operation';
import { accessToken } from './accessToken';
import { apiResource, coveredEndpoints } from './api';
import { app } from './app';
import { approval } from './approval';
import { attendance } from './attendance';
import { bot } from './bot';
import { calendar, schedule, toDo } from './calendar';
import { callback } from './callback';
import { department } from './department';
import { directory } from './directory';
import { document, form } from './document';
import { driveFile, driveSpace } from './drive';
import { journal } from './journal';
import { login } from './login';
import { media } from './media';
import { meeting, meetingRoom } from './meeting';
import { member } from './member';
import { message } from './message';
import { smartSheet } from './smartsheet';
import { suite } from './suite';
import { tag } from './tag';

const typed: Resource[] = [
	accessToken,
	app,
	approval,
	attendance,
	bot,
	calendar,
	callback,
	department,
	directory,
	document,
	driveFile,
	driveSpace,
	form,
	journal,
	login,
	media,
	meeting,
	meetingRoom,
	member,
	message,
	schedule,
	smartSheet,
	suite,
	tag,
	toDo,
];

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

/** Whether a resource is a service provider's. */
export const needsSuite = (resource: string): boolean =>
	resources.some(({ value, suiteOnly }) => value === resource && suiteOnly === true);

/** Operations of their own by the catalog id of the endpoint they call, such as "Member > Create" for `user.create`. */
export const typedOperations = new Map(
	typed.flatMap(({ name, operations }) =>
		operations.flatMap((operation) =>
			coveredEndpoints(operation).map((id) => [id, `${name} > ${operation.name}`] as const),
		),
	),
);

/** The resources that use the credential of an app or suite, as the authentication says, and those with one of their own. */
export const resourcesWith = (credential?: string): string[] =>
	resources.filter((resource) => resource.credential === credential).map(({ value }) => value);
