// What both scripts have in common: named checks, each of which prints one line, and the talk with NodeClientsIT.
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const CHECK_TIMEOUT_MS = 60_000;

let failed = 0;
let finished = false;

// A script that ends before finish() has failed, whatever made it end.
process.on('exit', code => {
    process.exitCode = code || (finished && failed === 0 ? 0 : 1);
});

/** Runs one check and prints "ok NAME", or what went wrong. The next check runs in either case. */
export async function check(name, body) {
    const deadline = new AbortController();
    try {
        await Promise.race([
            body(),
            sleep(CHECK_TIMEOUT_MS, undefined, { signal: deadline.signal }).then(() => {
                throw new Error(`not done after ${CHECK_TIMEOUT_MS} ms`);
            }),
        ]);
        console.log(`ok ${name}`);
    } catch (error) {
        failed++;
        console.log(`FAILED ${name}\n${error?.stack ?? error}`);
    } finally {
        deadline.abort();
    }
}

/** To be called when all checks have run and all clients are closed: nothing else may keep the script from ending. */
export function finish() {
    finished = true;
    input?.close();
    process.stdin.destroy();
}

/** Waits until the condition holds. */
export async function eventually(what, condition) {
    const end = Date.now() + CHECK_TIMEOUT_MS / 2;
    while (!(await condition())) {
        if (Date.now() > end) {
            throw new Error(`it never came true that ${what}`);
        }
        await sleep(10);
    }
}

/** The mode and the nodes that the command line names: MODE HOST:PORT,HOST:PORT,... */
export function commandLine() {
    const [mode, addresses] = process.argv.slice(2);
    const nodes = addresses.split(',').map(address => {
        const [host, port] = address.split(':');
        return { host, port: Number(port) };
    });
    return { mode, nodes };
}

/** Every byte there is, in an order that is no text in any encoding. */
export function allBytes() {
    return Buffer.from(Array.from({ length: 256 }, (_, i) => (i * 37 + 0x80) % 256));
}

let input;
let answers;

/** Tells whoever started this script that a point is reached, and waits for a line in return: the word. */
export async function tell(point, word) {
    input ??= createInterface({ input: process.stdin });
    answers ??= input[Symbol.asyncIterator]();
    console.log(point);
    const { value } = await answers.next();
    if (value !== word) {
        throw new Error(`after "${point}" came "${value}" and not "${word}"`);
    }
}

/**
 * Writers that overwrite their keys again and again, and again what could not be written. `write(key, value)` and
 * `read(key)` are the client's.
 */
export class Writers {
    static #COUNT = 8;
    static #KEYS_EACH = 50;

    #write;
    #read;
    #acknowledged = new Map();
    #stopped = false;
    #loops;
    #writes = new Array(Writers.#COUNT).fill(0);
    failures = [];

    constructor(write, read) {
        this.#write = write;
        this.#read = read;
        this.#loops = Array.from({ length: Writers.#COUNT }, (_, i) => this.#loop(i));
    }

    async #loop(writer) {
        for (let round = 0; !this.#stopped; round++) {
            const key = `writer:${writer}:${round % Writers.#KEYS_EACH}`;
            try {
                await this.#write(key, String(round));
                this.#acknowledged.set(key, String(round));
                this.#writes[writer]++;
            } catch (error) {
                this.failures.push(`${error}`);
                round--;
            }
            await sleep(2);
        }
    }

    /** Waits until each writer has written every key of its own once more; fails if that takes too long. */
    async goOn() {
        const goals = this.#writes.map(done => done + Writers.#KEYS_EACH);
        await eventually('every writer goes on', () => this.#writes.every((done, writer) => done >= goals[writer]));
    }

    /** Ends the writing and returns the keys whose last acknowledged value is not there. */
    async stop() {
        this.#stopped = true;
        await Promise.all(this.#loops);
        const wrong = [];
        for (const [key, value] of this.#acknowledged) {
            const found = await this.#read(key);
            if (found !== value) {
                wrong.push(`${key} is ${found} and not ${value}`);
            }
        }
        return wrong;
    }
}
