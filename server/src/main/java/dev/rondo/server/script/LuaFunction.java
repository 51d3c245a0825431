package dev.rondo.server.script;

/** A function of the host that scripts can call. */
@FunctionalInterface
interface LuaFunction {
    /**
     * Runs with the arguments on the stack, from index 1 on.
     *
     * @return how many results it left on top
     */
    int call(LuaStack stack) throws LuaError;
}
