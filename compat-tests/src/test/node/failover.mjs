// A cluster loses a node and gets a new one while a client writes: the checks that both clients have to pass.
import assert from 'node:assert/strict';
import { Writers, check, eventually, tell } from './checks.mjs';

/**
 * `set(key, value)` and `get(key)` are the client's, `nodes()` is how many primaries it knows, and `listens()` waits
 * until its subscriber hears what is published now.
 */
export async function goOnWithoutANode({ set, get, nodes, listens }) {
    const lasting = Array.from({ length: 300 }, (_, i) => `lasting:${i}`);
    await Promise.all(lasting.map(key => set(key, key)));
    const writers = new Writers(set, get);
    await writers.goOn();

    await check('writes go on when a node is killed', async () => {
        await tell('writing', 'killed');
        await writers.goOn();
        console.log(`${writers.failures.length} writes failed meanwhile: ${[...new Set(writers.failures)].join('; ')}`);
    });

    await check('what was written before a node died is there', async () => {
        assert.deepEqual(await Promise.all(lasting.map(get)), lasting);
    });

    await check('subscribers hear messages again', listens);

    await check('no write fails while a node joins', async () => {
        const before = writers.failures.length;
        await tell('going on', 'joined');
        await writers.goOn();
        assert.deepEqual(writers.failures.slice(before), []);
        await eventually('the client knows three nodes', () => nodes() === 3);
    });

    await check('the last acknowledged value of every key is there', async () => {
        assert.deepEqual(await writers.stop(), []);
        assert.deepEqual(await Promise.all(lasting.map(get)), lasting);
    });
}
