import type { IDataObject } from 'n8n-workflow';

/** The long connections of AI bots that this process holds (doc 101463). */

export const DEFAULT_SOCKET_URL = 'wss://openws.work.weixin.qq.com';

export type LiveCommand =
	| 'aibot_respond_msg'
	| 'aibot_respond_welcome_msg'
	| 'aibot_respond_update_msg'
	| 'aibot_send_msg';

export interface LiveFile {
	data: Buffer;
	fileName: string;
	type: 'file' | 'image' | 'voice' | 'video';
}

/** An authenticated connection. */
export interface LiveBot {
	/**
	 * Sends a frame and gives the answer's body; throws an Error with `errcode` when WeCom refuses. Frames with the same reqId
	 * go out one after another.
	 */
	request(cmd: LiveCommand, body: IDataObject, reqId?: string): Promise<IDataObject>;
	upload(file: LiveFile): Promise<{ media_id: string }>;
}

const connections = new Map<string, LiveBot>();

/** Makes a connection known once it is authenticated; the result takes it out again. */
export function registerLive(botId: string, bot: LiveBot): () => void {
	connections.set(botId, bot);
	return () => {
		if (connections.get(botId) === bot) connections.delete(botId);
	};
}

/** The authenticated connection of this bot in this process. */
export const liveBot = (botId: string): LiveBot | undefined => connections.get(botId);
