import type { Operation, Resource } from '../operation';
import { accessToken } from './accessToken';
import { apiResource, coveredEndpoints } from './api';
import { app } from './app';
import { approval } from './approval';
import { attendance } from './attendance';
import { calendar, schedule, toDo } from './calendar';
import { customer, customerTag } from './customer';
import { customerGroup, customerStatistic, customerTransfer } from './customerGroup';
import { customerMessage, customerMoment } from './customerMessage';
import { customerAcquisition, customerContactWay, customerProduct } from './customerReach';
import { customerService, customerServiceAccount } from './customerService';
import { customerServiceKnowledge, customerStrategy, customerWordRule } from './customerSettings';
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
	calendar,
	customer,
	customerAcquisition,
	customerContactWay,
	customerGroup,
	customerMessage,
	customerMoment,
	customerProduct,
	customerService,
	customerServiceAccount,
	customerServiceKnowledge,
	customerStatistic,
	customerStrategy,
	customerTag,
	customerTransfer,
	customerWordRule,
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

export const resources: Resource[] = [...typed, apiResource];

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
