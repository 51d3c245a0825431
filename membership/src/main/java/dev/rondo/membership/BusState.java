package dev.rondo.membership;

import org.jgroups.JChannel;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.UNICAST4;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.stack.Protocol;
import org.jgroups.stack.ProtocolStack;
import org.jspecify.annotations.Nullable;

/** What the protocols of the bus say of themselves, for who has to find out why it does not do what it should. */
final class BusState {

    private BusState() {}

    /** Some lines of text; any thread. */
    static String of(JChannel channel) {
        StringBuilder text = new StringBuilder();
        ProtocolStack stack = channel.getProtocolStack();
        line(text, "view", channel.getView());
        GMS gms = find(stack, GMS.class);
        if (gms != null) {
            line(text, "merge in progress", gms.getMergeId());
            line(text, "merge task, killer", gms.isMergeTaskRunning() + ", " + gms.isMergeKillerRunning());
            line(text, "view handler suspended", gms.isViewHandlerSuspended());
            line(text, "view handler", gms.dumpViewHandlerQueue());
            line(text, "previous views", gms.printPreviousViews());
        }
        MERGE3 merging = find(stack, MERGE3.class);
        if (merging != null) {
            line(text, "views heard of", merging.dumpViews());
            line(
                    text,
                    "sending views, comparing them",
                    merging.isInfoSenderRunning() + ", " + merging.isViewConsistencyCheckerRunning());
        }
        UNICAST4 unicast = find(stack, UNICAST4.class);
        if (unicast != null) {
            line(text, "windows", unicast.printConnections());
        }
        if (stack.getTransport() instanceof BreakableTransport transport) {
            line(text, "reading sockets", transport.isAcceptorRunning());
            line(text, "sockets", transport.printConnections());
            line(
                    text,
                    "threads",
                    transport.getThreadPool().getThreadPoolSizeActive() + " of "
                            + transport.getThreadPool().getMaxThreads() + ", "
                            + transport.getThreadPool().numberOfRejectedMessages() + " tasks refused");
        }
        return text.toString();
    }

    private static <P extends Protocol> @Nullable P find(ProtocolStack stack, Class<P> type) {
        return stack.findProtocol(type);
    }

    private static void line(StringBuilder text, String name, @Nullable Object value) {
        text.append("\n\t")
                .append(name)
                .append(": ")
                .append(String.valueOf(value).strip().replace("\n", "\n\t\t"));
    }
}
