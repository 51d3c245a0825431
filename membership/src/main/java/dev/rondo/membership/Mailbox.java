package dev.rondo.membership;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What came in from the bus and waits for the membership thread: of each kind only the newest, so that nothing grows
 * however fast the others talk. Thread-safe: the bus's threads put, the membership thread takes. Messages of the
 * server's own go on to the listener at once.
 */
final class Mailbox implements Bus.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

    /** A member's question for a report. */
    record Question(Identity from, Mail.Request request) {}

    private final ClusterListener listener;
    private final Inquiry inquiry;
    private final Runnable wake;

    private final AtomicReference<Bus.@Nullable ViewOfBus> view = new AtomicReference<>();
    private final AtomicReference<@Nullable SlotTable> table = new AtomicReference<>();
    private final AtomicReference<@Nullable String> refusal = new AtomicReference<>();
    private final AtomicReference<@Nullable Question> question = new AtomicReference<>();
    private final AtomicReference<@Nullable Identity> farewell = new AtomicReference<>();
    private final Map<Identity, Mail.Report> reports = new ConcurrentHashMap<>();
    private final AtomicBoolean holdingsChanged = new AtomicBoolean();

    /**
     * An empty one.
     *
     * @param inquiry takes what is said about who is still a member
     * @param wake has the membership thread look, soon
     */
    Mailbox(ClusterListener listener, Inquiry inquiry, Runnable wake) {
        this.listener = listener;
        this.inquiry = inquiry;
        this.wake = wake;
    }

    // ---- any thread ----

    @Override
    public void view(Bus.ViewOfBus next) {
        view.set(next);
        wake.run();
    }

    @Override
    public void mail(Identity from, MailKind kind, byte[] buffer, int offset, int length) throws IOException {
        switch (kind) {
            case TABLE -> keepNewer(Mail.readTable(buffer, offset, length));
            case REPORT -> {
                Mail.Report report = Mail.readReport(buffer, offset, length);
                reports.merge(from, report, (a, b) -> b.number() > a.number() ? b : a);
            }
            case REPORT_REQUEST -> question.set(new Question(from, Mail.readRequest(buffer, offset, length)));
            case REFUSED -> refusal.set(Mail.readSentence(buffer, offset, length));
            case LEAVE -> farewell.set(from);
            case STANDING_QUESTION -> inquiry.asked(from, Mail.readStandingQuestion(buffer, offset, length));
            case STANDING -> {
                Mail.Standing news = Mail.readStanding(buffer, offset, length);
                if (news.asked() && news.table().epoch() != 0) {
                    keepNewer(news.table());
                }
                inquiry.told(from, news);
            }
            case APPLICATION -> throw new IOException("not a message for the cluster itself");
        }
        wake.run();
    }

    private void keepNewer(SlotTable next) {
        table.accumulateAndGet(
                next,
                (known, other) -> known == null || (other != null && other.epoch() > known.epoch()) ? other : known);
    }

    @Override
    public void application(Identity from, byte[] buffer, int offset, int length) {
        try {
            listener.received(from.id(), from.incarnation(), buffer, offset, length);
        } catch (RuntimeException | Error e) {
            LOG.error("a message of {} bytes from node {} could not be handled", length, from.id(), e);
        }
    }

    /** What this node holds has changed. */
    void holdingsChanged() {
        if (!holdingsChanged.getAndSet(true)) {
            wake.run();
        }
    }

    // ---- the membership thread ----

    /** The newest view, which waits here until it {@link #isTaken}. */
    Bus.@Nullable ViewOfBus view() {
        return view.get();
    }

    /** The node acts by this view; a newer one that has come meanwhile waits on. */
    void isTaken(Bus.ViewOfBus taken) {
        view.compareAndSet(taken, null);
    }

    @Nullable SlotTable takeTable() {
        return table.getAndSet(null);
    }

    @Nullable String takeRefusal() {
        return refusal.getAndSet(null);
    }

    @Nullable Question takeQuestion() {
        return question.getAndSet(null);
    }

    /** Keeps a question for later, unless a newer one has come. */
    void putBack(Question early) {
        question.compareAndSet(null, early);
    }

    @Nullable Identity takeFarewell() {
        return farewell.getAndSet(null);
    }

    Map<Identity, Mail.Report> takeReports() {
        Map<Identity, Mail.Report> taken = new HashMap<>();
        for (Identity from : List.copyOf(reports.keySet())) {
            Mail.Report report = reports.remove(from);
            if (report != null) {
                taken.put(from, report);
            }
        }
        return taken;
    }

    boolean takeHoldingsChanged() {
        return holdingsChanged.getAndSet(false);
    }
}
