/** Long connections against the simulator, with short times. Node.js 20 has no WebSocket: there `ws` takes its place. */
import type { IDataObject } from 'n8n-workflow';
import { WebSocket } from 'ws';
import { connectionTimings } from '../../../nodes/shared/bot/connection';
import { joinBot, type BotMember, type BotMessage } from '../../../nodes/shared/bot/connectedBots';
import { streamTimings } from '../../../nodes/shared/bot/streamTimings';
import { quotaTimings } from '../../../nodes/shared/bot/quota';
import { DEMO_BOT } from '../../../simulator/bot/data.cts';
import type { BotControl } from '../../../simulator/bot/control.cts';
import { useSimulator } from '../../../simulator/test/api.cts';

export const { botId, secret } = DEMO_BOT;
export { sleep as pause, until } from '../../support/wait.cts';

/** A workflow that listens and remembers. */
export class Member implements BotMember {
	messages: BotMessage[] = [];
	lostBy: string[] = [];
	lastLoss?: Error & { description?: string };
	wish: { firstAnswer?: string; closingText?: string; feedbackId?: string } | undefined = {};
	accepts = (_body: IDataObject) => this.wish;
	deliver = (message: BotMessage) => void this.messages.push(message);
	lost: BotMember['lost'] = (why, failure) => {
		this.lostBy.push(why);
		this.lastLoss = failure;
	};
}

export interface Lab {
	readonly bots: BotControl;
	settings(overrides?: object): { botId: string; secret: string; url: string };
	/** The same as a credential. */
	credential(overrides?: IDataObject): IDataObject;
	join(member?: Member, overrides?: object): Promise<Member>;
	leave(member: Member): Promise<void>;
}

/** A simulator, reset before each test; whoever joined leaves after it. */
export function useLab(): Lab {
	const api = useSimulator();
	const times = { ...connectionTimings };
	const streamTimes = { ...streamTimings };
	const quotaTimes = { ...quotaTimings };
	const leaving = new Map<Member, () => Promise<void>>();
	const runtime = globalThis as { WebSocket?: unknown };
	const own = runtime.WebSocket;
	beforeEach(() => {
		runtime.WebSocket = own ?? WebSocket;
		Object.assign(connectionTimings, { tick: 5, retryFirst: 20, retryMost: 200, connect: 1_000 });
		// A minute of the other tests is not over.
		Object.assign(quotaTimings, { minute: 1, hour: 1 });
	});
	afterEach(async () => {
		for (const member of [...leaving.keys()]) await lab.leave(member);
		runtime.WebSocket = own;
		Object.assign(connectionTimings, times);
		Object.assign(streamTimings, streamTimes);
		Object.assign(quotaTimings, quotaTimes);
	});
	const lab: Lab = {
		get bots() {
			return api.sim.bots;
		},
		settings: (overrides = {}) => ({
			botId,
			secret,
			url: api.sim.url.replace('http', 'ws'),
			...overrides,
		}),
		credential(overrides = {}) {
			const { url } = this.settings();
			return { botId, botSecret: secret, websocketUrl: url, ...overrides };
		},
		async join(member = new Member(), overrides = {}) {
			leaving.set(member, await joinBot(lab.settings(overrides), member));
			return member;
		},
		async leave(member) {
			const leave = leaving.get(member);
			leaving.delete(member);
			await leave?.();
		},
	};
	return lab;
}
