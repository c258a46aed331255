import type { KindTable } from './kinds';

/** Messages that members send to an app whose message receiving is configured (doc 90239). */
export const messages: KindTable = {
	family: 'message',
	kinds: [
		{
			on: 'text',
			name: 'Message: Text',
			description: 'A member sends a text message to the app',
			answer: 'P',
			doc: 90239,
		},
		{
			on: 'image',
			name: 'Message: Image',
			description: 'A member sends an image to the app. The media ID is valid for 3 days.',
			answer: 'P',
			doc: 90239,
		},
		{
			on: 'voice',
			name: 'Message: Voice',
			description: 'A member sends a voice message to the app. The media ID is valid for 3 days.',
			answer: 'P',
			doc: 90239,
		},
		{
			on: 'video',
			name: 'Message: Video',
			description: 'A member sends a video to the app. The media IDs are valid for 3 days.',
			answer: 'P',
			doc: 90239,
		},
		{
			on: 'location',
			name: 'Message: Location',
			description:
				'A member sends a location; Location_X is the latitude, Location_Y the longitude',
			answer: 'P',
			doc: 90239,
		},
		{
			on: 'link',
			name: 'Message: Link',
			description: 'A member sends a link to the app',
			answer: 'P',
			doc: 90239,
		},
	],
};
