package dev.rondo.server.script;

/** math.random and math.randomseed: the generator of drand48, the same on every machine, as in Redis. */
final class ScriptRandom {
    private static final long MULTIPLIER = 0x5DEECE66DL;
    private static final long INCREMENT = 0xB;
    private static final long MASK = (1L << 48) - 1;
    private static final long LOW_SEED = 0x330E;
    private static final long FIRST = 0x1234ABCD330EL;
    private static final double RANGE = Integer.MAX_VALUE;

    private long state = FIRST;

    private int next() {
        state = state * MULTIPLIER + INCREMENT & MASK;
        return (int) (state >>> 17);
    }

    int random(LuaStack stack) {
        double fraction = next() % Integer.MAX_VALUE / RANGE;
        switch (stack.top()) {
            case 0 -> stack.push(fraction);
            case 1 -> {
                int most = stack.checkInt(1);
                if (most < 1) {
                    throw stack.badArgument(1, "interval is empty");
                }
                stack.push(Math.floor(fraction * most) + 1);
            }
            case 2 -> {
                int least = stack.checkInt(1);
                int most = stack.checkInt(2);
                if (least > most) {
                    throw stack.badArgument(2, "interval is empty");
                }
                stack.push(Math.floor(fraction * (most - least + 1)) + least);
            }
            default -> throw LuaError.placed("wrong number of arguments");
        }
        return 1;
    }

    int seed(LuaStack stack) {
        state = (stack.checkInt(1) & 0xffffffffL) << 16 | LOW_SEED;
        return 0;
    }
}
