package dev.rondo.membership;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The bodies of the cluster's own messages. Stateless; any thread. */
final class Mail {

    /**
     * A question to a member.
     *
     * @param round to be repeated in the answer
     * @param newestEpoch a table up to this epoch need not be sent along
     */
    record Request(long round, long newestEpoch) {}

    /**
     * An answer, or news sent unasked.
     *
     * @param round the last round the member was asked in
     * @param number grows with every report of the member
     */
    record Report(long round, long number, SlotReport report) {}

    /**
     * A node's question whether it is still in the other's view.
     *
     * @param askedAtNs by the clock of the node that asks
     * @param newestEpoch a table up to this epoch need not be sent along
     */
    record StandingQuestion(long askedAtNs, long newestEpoch) {}

    /**
     * Whether the receiver is in the sender's view.
     *
     * @param asked false for news sent because the receiver is not in the view any more
     * @param askedAtNs from the question
     * @param member whether it is in the view
     * @param epoch of the newest table the sender knows
     * @param table that table, or {@link SlotTable#NONE}: in an answer when the receiver has it, in unasked news while
     *     the receiver is still in it
     */
    record Standing(boolean asked, long askedAtNs, boolean member, long epoch, SlotTable table) {}

    private interface Body {
        void write(DataOutputStream out) throws IOException;
    }

    private Mail() {}

    private static byte[] bytes(Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            body.write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory cannot fail", e);
        }
        return bytes.toByteArray();
    }

    static byte[] request(Request request) {
        return bytes(out -> {
            out.writeLong(request.round);
            out.writeLong(request.newestEpoch);
        });
    }

    static Request readRequest(byte[] buffer, int offset, int length) throws IOException {
        DataInputStream in = in(buffer, offset, length);
        return new Request(in.readLong(), in.readLong());
    }

    static byte[] report(Report report) {
        return bytes(out -> {
            out.writeLong(report.round);
            out.writeLong(report.number);
            report.report.write(out);
        });
    }

    static Report readReport(byte[] buffer, int offset, int length) throws IOException {
        DataInputStream in = in(buffer, offset, length);
        return new Report(in.readLong(), in.readLong(), SlotReport.read(in));
    }

    static byte[] table(SlotTable table) {
        return bytes(table::write);
    }

    static SlotTable readTable(byte[] buffer, int offset, int length) throws IOException {
        return SlotTable.read(in(buffer, offset, length));
    }

    static byte[] standingQuestion(StandingQuestion question) {
        return bytes(out -> {
            out.writeLong(question.askedAtNs);
            out.writeLong(question.newestEpoch);
        });
    }

    static StandingQuestion readStandingQuestion(byte[] buffer, int offset, int length) throws IOException {
        DataInputStream in = in(buffer, offset, length);
        return new StandingQuestion(in.readLong(), in.readLong());
    }

    static byte[] standing(Standing standing) {
        return bytes(out -> {
            out.writeBoolean(standing.asked);
            out.writeLong(standing.askedAtNs);
            out.writeBoolean(standing.member);
            out.writeLong(standing.epoch);
            out.writeBoolean(standing.table.epoch() != 0);
            if (standing.table.epoch() != 0) {
                standing.table.write(out);
            }
        });
    }

    static Standing readStanding(byte[] buffer, int offset, int length) throws IOException {
        DataInputStream in = in(buffer, offset, length);
        return new Standing(
                in.readBoolean(),
                in.readLong(),
                in.readBoolean(),
                in.readLong(),
                in.readBoolean() ? SlotTable.read(in) : SlotTable.NONE);
    }

    static byte[] sentence(String sentence) {
        return bytes(out -> out.writeUTF(sentence));
    }

    static String readSentence(byte[] buffer, int offset, int length) throws IOException {
        return in(buffer, offset, length).readUTF();
    }

    private static DataInputStream in(byte[] buffer, int offset, int length) {
        return new DataInputStream(new ByteArrayInputStream(buffer, offset, length));
    }
}
