/** `GET /_chat`: what people in WeCom would see, for demos. Chats with bots and messages of apps, growing answers, cards to press. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PATH = '/_chat';
const FILE = join(__dirname, 'chat-page.html');

export const isChatPage = (path: string): boolean => path === PATH;

/** One file of plain HTML, which talks to the control API. */
export const chatPage = (): string => readFileSync(FILE, 'utf8');
