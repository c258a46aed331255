/** What the simulated platform knows: one company, its apps, people, media, messages and login codes. */
import type { CardChange, CardCode } from './cards.cts';
import { createBotSide, type Bot, type BotSide } from './bot/state.cts';
import type { ServedList } from './catalog/paging.cts';
import { DEMO_KF_ACCOUNTS, DEMO_SEED } from './demo-data.cts';
import type { ScriptLine } from './chat-model.cts';
import { createProviderSide, type ProviderSeed, type ProviderSide } from './suite/state.cts';
import type { IssuedToken } from './tokens.cts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** How long an uploaded file can be used (doc 90253). */
export const MEDIA_LIFETIME = 3 * DAY;

/** The "receive messages" settings of an app (doc 90930). */
export interface CallbackSettings {
	url: string;
	token: string;
	encodingAesKey: string;
}

/** A holder of a secret: a self-built app, or the contact-sync helper (kind `contacts`, agentid 0). */
export interface App {
	agentid: number;
	name: string;
	kind: 'app' | 'contacts';
	secret: string;
	enabled: boolean;
	/** Departments count with everything below them. */
	visible: { users: string[]; departments: number[]; tags: number[] };
	/** Empty = every address may call. */
	trustedIps: string[];
	/** Host with port, without scheme, compared exactly. */
	trustedDomains: string[];
	/** The fields that getuserdetail may show after the member's consent. */
	sensitiveFields: string[];
	callback: CallbackSettings;
}

export interface Department {
	id: number;
	name: string;
	name_en: string;
	parentid: number;
	order: number;
	department_leader: string[];
}

/** All fields of user/get (doc 90196); `status` 1 active, 2 disabled, 4 not activated, 5 left. */
export interface Member {
	userid: string;
	name: string;
	alias: string;
	mobile: string;
	department: number[];
	order: number[];
	position: string;
	gender: string;
	email: string;
	biz_mail: string;
	is_leader_in_dept: number[];
	direct_leader: string[];
	avatar: string;
	thumb_avatar: string;
	telephone: string;
	address: string;
	extattr: { attrs: unknown[] };
	status: number;
	qr_code: string;
	external_profile: Record<string, unknown>;
	external_position: string;
	main_department: number;
}

export interface Tag {
	tagid: number;
	tagname: string;
	userlist: string[];
	partylist: number[];
}

/**
 * Someone outside the company who can open an authorization page; a customer has an external_userid, a student's parent a
 * parent_userid besides (doc 96712). Members of linked, upstream and downstream companies have a `CorpId/userid` only.
 */
export interface Outsider {
	name: string;
	openid: string;
	external_userid?: string;
	parent_userid?: string;
	linked_userid?: string;
}

export interface Media {
	media_id: string;
	type: string;
	filename: string;
	contentType: string;
	/** The key of the message push it was uploaded for; only that one can send it. */
	webhookKey?: string;
	/** The `filelength` parameter of the multipart part, as sent. */
	filelength?: string;
	content: Buffer;
	createdAt: number;
}

export interface SentMessage {
	msgid: string;
	/** Whose app sent it, when it is a company that authorized a suite. */
	corpid?: string;
	at: number;
	agentid: number;
	msgtype: string;
	/** The request body, with over-long text already cut. */
	body: Record<string, any>;
	/** The userids that received it. */
	recipients: string[];
	truncated: boolean;
	recalled: boolean;
	response_code?: string;
	/** What became of its card since. */
	cardChanges?: CardChange[];
}

export interface UrlUpload {
	type: string;
	filename: string;
	polls: number;
}

/** What a message push has put into its group. */
export interface PushedMessage {
	key: string;
	at: number;
	body: Record<string, any>;
}

export interface Token {
	token: string;
	agentid: number;
	expiresAt: number;
	/** Set when WeCom has invalidated it before its time: the errcode that calls get. */
	deadWith?: number;
}

/** A code of the authorization page (doc 91022) or of the web login (doc 98152). */
export interface LoginCode {
	/** The app of the page; undefined when it was opened without agentid. */
	agentid?: number;
	domain?: string;
	userid?: string;
	outsider?: Outsider;
	withTicket: boolean;
	expiresAt: number;
	used: boolean;
}

/** A tfa_code of the second verification (doc 99499). */
export interface TfaCode {
	userid: string;
	expiresAt: number;
}

export interface UserTicket {
	agentid: number;
	userid: string;
	expiresAt: number;
}

/** A message or event of WeChat Customer Service, as sync_msg hands it out (doc 94670). */
export interface KfMessage {
	msgid: string;
	/** Seconds since the epoch. */
	send_time: number;
	/** Who has sent it: 3 a customer, 4 the system, 5 a servicer. */
	origin: number;
	msgtype: string;
	[field: string]: unknown;
}

export interface Kf {
	/** Messages in the order in which they are handed out. */
	accounts: Array<{ open_kfid: string; name: string; messages: KfMessage[] }>;
	/** Tokens of callbacks, with the time of their end. */
	tokens: Map<string, number>;
	lastWithoutToken: number;
	/** Pages are never longer, whatever limit is asked for. */
	pageSize: number;
	/** How many of the next pages are empty although there are more messages. */
	emptyPages: number;
}

/** What a company starts with; every part can be replaced. */
export interface Seed extends ProviderSeed {
	corpid: string;
	corpName: string;
	apps: App[];
	departments: Department[];
	members: Member[];
	tags: Tag[];
	outsiders: Outsider[];
	bots: Bot[];
}

/** Whether somebody outside agreed to the archiving of the chats with a member, or of a group. */
export interface Consent {
	userid?: string;
	roomid?: string;
	exteranalopenid: string;
	agree: boolean;
	/** When it was said, in seconds since the epoch. */
	at: number;
}

export interface State extends Omit<Seed, 'members' | 'departments' | 'bots' | keyof ProviderSeed> {
	/** Suites and the companies that authorize them; without suites there is none of it. */
	providerSide: ProviderSide;
	/** AI bots and their chats. */
	botSide: BotSide;
	/** What the chat model says. */
	script: ScriptLine[];
	/** What agents have created over the MCP server. */
	mcpDocuments: Array<Record<string, unknown>>;
	departments: Map<number, Department>;
	/** Key: userid in lower case (userids ignore case). */
	members: Map<string, Member>;
	media: Map<string, Media>;
	images: Media[];
	kf: Kf;
	messages: SentMessage[];
	pushed: PushedMessage[];
	/** Who has agreed to the archiving of chats; at first nobody. */
	consents: Consent[];
	/** User IDs of those whose chats are archived. */
	archivedMembers: string[];
	/** Files WeCom was asked to fetch, by job. */
	urlUploads: Map<string, UrlUpload>;
	/** How often a job answers that it is under way, and the errcode it then ends with. */
	urlUploadEnd: { polls: number; errcode: number };
	tokens: Map<string, Token>;
	/** Tokens of all kinds but those of gettoken, by value. */
	issued: Map<string, IssuedToken>;
	/** The latest token of each endpoint of the catalog that hands them out, by path. */
	handedOut: Map<string, string>;
	/** Lists given by `control.setList`, by path. */
	lists: Map<string, ServedList>;
	/** How often gettoken was called with an app's secret, by agentid. */
	tokenCalls: Record<number, number>;
	codes: Map<string, LoginCode>;
	tickets: Map<string, UserTicket>;
	tfaCodes: Map<string, TfaCode>;
	/** Members that passed the second verification, or were let in when joining. */
	verified: string[];
	/** Times of wrong secrets, by caller address. */
	wrongSecrets: Map<string, number[]>;
	/** Wrong secrets within an hour that get an address blocked. */
	wrongSecretLimit: number;
	/** Answers of earlier messages that asked for the duplicate check. */
	duplicates: Map<string, { msgid: string; response_code?: string; at: number }>;
	/** The response_codes with which cards can be changed. */
	cardCodes: Map<string, CardCode>;
	/** The address WeCom believes the caller has; undefined = the real one. */
	callerIp?: string;
	refuseIp: boolean;
	dispositionStyle: 'raw' | 'rfc5987';
	clockOffset: number;
}

/** Everything is copied, so a seed can be used for any number of simulators. */
export function createState(seed: Partial<Seed> = {}): State {
	const { provider, suites, companies, bots, ...full } = structuredClone({ ...DEMO_SEED, ...seed });
	return {
		...full,
		providerSide: createProviderSide({ provider, suites, companies }),
		botSide: createBotSide(bots),
		script: [],
		mcpDocuments: [],
		departments: new Map(full.departments.map((department) => [department.id, department])),
		members: new Map(full.members.map((member) => [member.userid.toLowerCase(), member])),
		media: new Map(),
		images: [],
		kf: {
			accounts: DEMO_KF_ACCOUNTS.map((account) => ({ ...account, messages: [] })),
			tokens: new Map(),
			lastWithoutToken: 0,
			pageSize: Infinity,
			emptyPages: 0,
		},
		messages: [],
		pushed: [],
		consents: [],
		archivedMembers: ['zhangsan', 'lisi'],
		urlUploads: new Map(),
		urlUploadEnd: { polls: 1, errcode: 0 },
		tokens: new Map(),
		issued: new Map(),
		handedOut: new Map(),
		lists: new Map(),
		tokenCalls: {},
		codes: new Map(),
		tickets: new Map(),
		tfaCodes: new Map(),
		verified: [],
		wrongSecrets: new Map(),
		wrongSecretLimit: 5,
		duplicates: new Map(),
		cardCodes: new Map(),
		callerIp: undefined,
		refuseIp: false,
		dispositionStyle: 'raw',
		clockOffset: 0,
	};
}

export const now = (state: State): number => Date.now() + state.clockOffset;

export const findApp = (state: State, agentid: number): App | undefined =>
	state.apps.find((app) => app.kind === 'app' && app.agentid === agentid);

export const findMember = (state: State, userid: string): Member | undefined =>
	state.members.get(userid.toLowerCase());

/** The department and all departments below it. */
export function subtree(state: State, id: number): number[] {
	const children = [...state.departments.values()].filter(
		(department) => department.parentid === id,
	);
	return [id, ...children.flatMap((child) => subtree(state, child.id))];
}

/** Departments an app can see; the contact-sync helper sees all. */
export function visibleDepartments(state: State, app: App): Set<number> {
	if (app.kind === 'contacts') return new Set(state.departments.keys());
	const roots = [
		...app.visible.departments,
		...taggedBy(state, app).flatMap((tag) => tag.partylist),
	];
	return new Set(roots.flatMap((id) => subtree(state, id)));
}

export function isVisible(
	state: State,
	app: App,
	member: Member,
	departments = visibleDepartments(state, app),
): boolean {
	if (app.kind === 'contacts' || member.department.some((id) => departments.has(id))) return true;
	const users = [...app.visible.users, ...taggedBy(state, app).flatMap((tag) => tag.userlist)];
	return users.some((userid) => userid.toLowerCase() === member.userid.toLowerCase());
}

const taggedBy = (state: State, app: App) =>
	state.tags.filter((tag) => app.visible.tags.includes(tag.tagid));
