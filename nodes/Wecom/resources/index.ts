import type { Operation, Resource, ResourceCredential } from '../engine/operation';
import { accessToken } from './accessToken';
import { apiResource, coveredEndpoints } from './api/api';
import { app } from './app';
import { approval } from './approval/approval';
import { attendance } from './attendance';
import { bot } from './bot/bot';
import { calendar } from './calendar';
import { callback } from './callback/callback';
import { chatArchive } from './chatArchive/chatArchive';
import { customer } from './customer/customer';
import { customerTag } from './customer/customerTag';
import { customerGroup } from './customer/customerGroup';
import { customerStatistic } from './customer/customerStatistic';
import { customerTransfer } from './customer/customerTransfer';
import { customerMessage } from './customer/customerMessage';
import { customerMoment } from './customer/customerMoment';
import { customerAcquisition } from './customer/customerAcquisition';
import { customerContactWay } from './customer/customerContactWay';
import { customerProduct } from './customer/customerProduct';
import { customerService } from './customerService/customerService';
import { customerServiceAccount } from './customerService/customerServiceAccount';
import { customerWordRule } from './customer/customerWordRule';
import { department } from './department';
import { directory } from './directory/directory';
import { document } from './document';
import { form } from './form';
import { driveFile } from './drive/driveFile';
import { driveSpace } from './drive/driveSpace';
import { groupChat } from './message/groupChat';
import { journal } from './journal';
import { jsSdk } from './jsSdk';
import { login } from './login/login';
import { media } from './media';
import { meeting } from './meeting';
import { meetingRoom } from './meetingRoom';
import { member } from './member';
import { message } from './message/message';
import { messagePush } from './message/messagePush';
import { payment } from './payment';
import { schedule } from './schedule';
import { smartSheet } from './smartSheet/smartSheet';
import { suite } from './suite/suite';
import { tag } from './tag';
import { toDo } from './toDo';

/** In the order of the form and of n8n's node panel, which has no search for them: what people do daily comes first. */
const typed: Resource[] = [
	message,
	bot,
	messagePush,
	groupChat,
	member,
	department,
	tag,
	customer,
	customerGroup,
	customerTag,
	customerMessage,
	customerService,
	customerServiceAccount,
	approval,
	smartSheet,
	document,
	form,
	media,
	callback,
	chatArchive,
	schedule,
	calendar,
	meeting,
	meetingRoom,
	toDo,
	attendance,
	journal,
	driveFile,
	driveSpace,
	app,
	login,
	accessToken,
	customerAcquisition,
	customerContactWay,
	customerMoment,
	customerProduct,
	customerStatistic,
	customerTransfer,
	customerWordRule,
	directory,
	jsSdk,
	payment,
	suite,
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

/** The credential an operation or its resource has to itself; undefined for all that use the node's. */
export const credentialOf = (resource: string, operation: string): ResourceCredential | undefined =>
	findOperation(resource, operation)?.credential ??
	resources.find(({ value }) => value === resource)?.credential;

/** Where a credential is used: in which resources and not in which others, and which operations of those take another one. */
export function usesOf(credential: ResourceCredential | undefined) {
	const uses = (resource: Resource, { value }: Operation) =>
		credentialOf(resource.value, value) === credential;
	const values = (all: Array<{ value: string }>) => all.map(({ value }) => value);
	const [used, others] = [true, false].map((wanted) =>
		resources.filter((one) => one.operations.some((other) => uses(one, other)) === wanted),
	);
	return {
		resources: values(used),
		others: values(others),
		otherOperations: used.flatMap((one) =>
			values(one.operations.filter((other) => !uses(one, other))),
		),
	};
}

/** Operations of their own by the catalog id of the endpoint they call, such as "Member > Create" for `user.create`. */
export const typedOperations = new Map(
	typed.flatMap(({ name, operations }) =>
		operations.flatMap((operation) =>
			coveredEndpoints(operation).map((id) => [id, `${name} > ${operation.name}`] as const),
		),
	),
);
