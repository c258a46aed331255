/** The counts that texts written by hand name: of operations, endpoints and kinds of callbacks. */
import data from '../../nodes/Wecom/resources/api/catalog/data/endpoints.json';
import {
	decodeEndpoints,
	type EndpointsFile,
} from '../../nodes/Wecom/resources/api/catalog/format';
import { callbackGroups, callbackKinds } from '../../nodes/shared/callback/events';

const endpoints = decodeEndpoints(data as unknown as EndpointsFile);
/** Called with a key or a token that no credential of the node holds, or with a merchant certificate. */
const notCallable = endpoints.filter(
	({ token, certificate, xml }) =>
		['webhook-key', 'device', 'model'].includes(token) || certificate || xml,
);

/** What stands around a count, in English and in Chinese, and what it counts. */
const COUNTS: Array<[RegExp, number]> = [
	[/\d+(?= endpoints\b)|\d+(?= 个接口)/g, endpoints.length],
	[/(?<=calls all but )\d+|(?<=除末尾说明的 )\d+/g, notCallable.length],
	[/\d+(?= kinds\b)|\d+(?= 种消息和事件)/g, callbackKinds.length],
	[/(?<= kinds, )\d+(?= groups)|(?<=种消息和事件、)\d+(?= 个分组)/g, callbackGroups.length],
];

/** A text with its counts as the code has them. */
export const withCounts = (text: string): string =>
	COUNTS.reduce((changed, [pattern, count]) => changed.replace(pattern, String(count)), text);
