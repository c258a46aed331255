import type { KindTable } from './kinds';

/** What an AI bot receives, by callback and over a long connection alike: JSON in lower case (docs 101834, 101835). */
export const botEvents: KindTable = {
	family: 'bot',
	kinds: [
		{
			on: 'bot:text',
			name: 'Message: Text',
			action: 'On text message to AI bot',
			description: 'A member writes to the bot, in a group by mentioning it',
			answer: 'B',
			doc: 101834,
		},
		{
			on: 'bot:image',
			name: 'Message: Image',
			action: 'On image message to AI bot',
			description: 'A member sends the bot an image in a single chat',
			answer: 'B',
			doc: 101834,
		},
		{
			on: 'bot:mixed',
			name: 'Message: Text and Images',
			action: 'On message with text and images to AI bot',
			description: 'A member sends the bot text and images in one message',
			answer: 'B',
			doc: 101834,
		},
		{
			on: 'bot:voice',
			name: 'Message: Voice',
			action: 'On voice message to AI bot',
			description: 'A member speaks to the bot in a single chat; WeCom transcribes it',
			answer: 'B',
			doc: 101834,
		},
		{
			on: 'bot:file',
			name: 'Message: File',
			action: 'On file message to AI bot',
			description: 'A member sends the bot a file in a single chat, up to 100 MB',
			answer: 'B',
			doc: 101834,
		},
		{
			on: 'bot:video',
			name: 'Message: Video',
			action: 'On video message to AI bot',
			description: 'A member sends the bot a video in a single chat, up to 100 MB',
			answer: 'B',
			doc: 101834,
		},
		{
			on: 'bot:enter_chat',
			name: 'Chat: Entered',
			action: 'On chat with AI bot opened',
			description: 'A member opens the chat with the bot for the first time that day',
			answer: 'B',
			doc: 101835,
		},
		{
			on: 'bot:template_card_event',
			name: 'Card: Clicked',
			action: 'On card of AI bot clicked',
			description: 'A member used a button, vote, selection or menu of a card that the bot sent',
			answer: 'B',
			doc: 101835,
		},
		{
			on: 'bot:feedback_event',
			name: 'Feedback: Given',
			action: 'On feedback to AI bot given',
			description: 'Thumbs up or down for a reply that carries a feedback ID',
			answer: 'E',
			doc: 101835,
		},
		{
			on: 'bot:auth_change_event',
			name: 'Authorization: Changed',
			action: 'On AI bot authorization changed',
			description:
				'What the bot may do with documents has changed: 1 creates and edits them, 2 reads those of members',
			answer: 'E',
			doc: 101835,
		},
		{
			on: 'bot:enter_check_update',
			name: 'Chat: Update Check',
			action: 'On update check of AI bot chat',
			description:
				"WeCom asks which version of a plugin answers. Not verified: seen only in WeCom's own SDK.",
			answer: 'E',
			doc: undefined,
		},
	],
};
