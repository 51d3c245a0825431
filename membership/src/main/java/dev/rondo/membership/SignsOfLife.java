package dev.rondo.membership;

import org.jgroups.Message;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.util.MessageBatch;

/**
 * Failure detection by heartbeats, for which every message counts but those that go to nodes outside the view: who says
 * that it goes on without the receiver must not be kept in the receiver's view by that word. Public because JGroups
 * makes it by reflection; not for other use.
 */
public final class SignsOfLife extends FD_ALL3 {

    /**
     * Marks a message that is no sign of life; JGroups's relays, which know this flag otherwise, are not in the stack.
     */
    static final Message.Flag NO_SIGN = Message.Flag.NO_RELAY;

    /** Called by JGroups. */
    public SignsOfLife() {
        setId(ClassConfigurator.getProtocolId(FD_ALL3.class));
    }

    @Override
    public Object up(Message message) {
        return message.isFlagSet(NO_SIGN) ? up_prot.up(message) : super.up(message);
    }

    @Override
    public void up(MessageBatch batch) {
        for (Message message : batch) {
            if (!message.isFlagSet(NO_SIGN)) {
                super.up(batch);
                return;
            }
        }
        up_prot.up(batch);
    }
}
