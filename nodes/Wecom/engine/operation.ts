import type {
	IBinaryKeyData,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestMethods,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import type { OwnCredential } from '../../shared/client/tokenSources';
import type { WecomClient } from '../../shared/client/client';
import type { Blocks } from './blocks';
import type { Paging } from '../../shared/client/paging';

/**
 * How a form value becomes the value WeCom expects; a `timestamp` is Unix time in seconds, a `day` that of its midnight in China,
 * a `dayText` that day as 2026-01-31, an amount in `fen` has no fraction. `clearedPhones` are [''] where it is to become empty.
 */
export type Conversion =
	| 'integer'
	| 'integerList'
	| 'stringList'
	| 'textList'
	| 'clearedPhones'
	| 'phone'
	| 'phones'
	| 'fen'
	| 'flag'
	| 'json'
	| 'jsonList'
	| 'day'
	| 'dayText'
	| 'timestamp'
	| 'timestampText';

/**
 * One form field. It is sent under its own name, in the query of GET calls and in the body of POST calls;
 * a collection's entries are sent one by one, the rows of a fixed collection as a list of objects.
 */
export interface Field extends Omit<INodeProperties, 'options'> {
	options?: INodePropertyOptions[] | Field[] | FieldGroup[];
	convert?: Conversion;
	/** Where WeCom wants it, if not at the top under `name`: dotted, such as `schedule.summary`. */
	path?: string;
	/** For lists of ids: the name each is wrapped in, such as `userid` for `[{ userid: 'zhangsan' }]`. */
	each?: string;
	/** An object whose entries are sent instead of it. */
	spread?: true;
	/** Only read by the operation itself. */
	local?: true;
}

/** The rows of a fixed collection. */
export interface FieldGroup {
	displayName: string;
	name: string;
	values: Field[];
}

/** One operation: a row of a resource's table. It makes one call unless `run` says otherwise. */
export interface Operation {
	value: string;
	name: string;
	/** Sentence case with the resource, shown in the node creator and to AI agents. */
	action: string;
	description: string;
	/** Number of the official page: https://developer.work.weixin.qq.com/document/path/<doc>. */
	doc: number;
	/** The call, such as `['GET', '/cgi-bin/user/get']`. */
	endpoint?: [IHttpRequestMethods, string];
	fields: Field[];
	/** What is sent besides the form, by dotted path. */
	fixed?: IDataObject;
	/** Refuses what WeCom would cut, ignore or answer with an obscure code. */
	check?: Check;
	/** Catalog ids of the endpoints this does the work of, where `endpoint` does not say it. */
	covers?: string[];
	/** Whether the call changes nothing, so that it may be repeated and items may overtake each other. Default: GET. */
	reads?: boolean;
	/** Whether items may overtake each other, where that depends on what they call. */
	overlaps?: (context: IExecuteFunctions) => Promise<boolean>;
	/** The array of the reply whose entries become items; adds 'Return All' and 'Limit'. */
	list?: string;
	/** The list answers for things named one by one: all of it is returned, without 'Return All' and 'Limit'. */
	whole?: true;
	paging?: Paging;
	/** What one call takes, where WeCom limits people and time: more is asked for in several calls. */
	blocks?: Blocks;
	/** The object of the reply that becomes the item. */
	pick?: string;
	/** What to return when the reply itself says nothing but "ok". */
	returns?: (sent: IDataObject) => IDataObject;
	/** The fields that 'Simplify' keeps, or true where `run` simplifies by itself; adds that switch. */
	simplify?: string[] | true;
	/**
	 * Whose token the call takes. Default: of the app or, with authentication "Suite", of the company to act as. A bot has no
	 * token: its operations have no client.
	 */
	token?: 'suite' | 'provider' | 'bot';
	/**
	 * For an operation that does not go to WeCom's API: its own credential, which it uses without a client. No other resource may have
	 * an operation of the same value, since the form goes by it.
	 */
	credential?: ResourceCredential;
	run?: (item: ItemContext) => Promise<Output>;
}

/** Credentials of single resources; a bot's is used without the client. */
export type ResourceCredential = OwnCredential | 'wecomBotApi' | 'wecomChatArchiveApi';

export interface Resource {
	value: string;
	name: string;
	/** Offered with authentication "Suite" only. */
	suiteOnly?: true;
	/** The resource has a credential of its own, so that Authentication does not matter. */
	credential?: ResourceCredential;
	operations: Operation[];
	/** The operation a new node has, by default the first one. */
	first?: string;
}

/** Throws when something is wrong with the parameters about to be sent. */
export type Check = (item: ItemContext, sent: IDataObject) => void;

/** What an operation hands back: one item, or several; binary data only in full items. */
export type Output = IDataObject | IDataObject[] | ItemOutput;
export class ItemOutput {
	constructor(readonly item: { json: IDataObject; binary?: IBinaryKeyData }) {}
}

export interface Getter {
	(name: string, fallback?: string): string;
	<T>(name: string, fallback?: T): T;
}

/** Everything an operation needs to handle one input item. */
export interface ItemContext {
	context: IExecuteFunctions;
	client: WecomClient;
	operation: Operation;
	itemIndex: number;
	/** A form value of this item in the type of its field, '' when it has none; resource locators give the id. */
	get: Getter;
}
