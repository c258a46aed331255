import { LoggerProxy, type IDataObject } from 'n8n-workflow';
import { parseReply } from '../protocol/reply';

/** The WebSocket of Node.js, and what comes out of it. */

/** The part of the WebSocket in use. It is a global of Node.js 22 and newer; 20 has none. */
export interface Socket {
	send(text: string): void;
	close(): void;
	addEventListener(
		type: 'open' | 'message' | 'error' | 'close',
		listener: (event: { data?: unknown; error?: unknown; code?: number }) => void,
	): void;
}
declare const WebSocket: (new (url: string) => Socket) | undefined;

export const hasWebSocket = (): boolean => typeof WebSocket !== 'undefined';

/** Throws where the URL is no address. */
export const openSocket = (url: string): Socket => new WebSocket!(url);

/** What a frame says; one that cannot be read, also without the control characters that WeCom's frames may hold, is logged. */
export function readFrame(data: string, botId: string): IDataObject | undefined {
	const frame = parseReply(data);
	if (!frame) {
		const size = `${data.length} characters`;
		LoggerProxy.warn(`A frame to the AI bot could not be read (${size})`, { botId });
	}
	return frame;
}
