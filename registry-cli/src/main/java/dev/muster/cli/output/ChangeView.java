// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import dev.muster.client.ServiceInstance;
import java.util.Locale;

/** How the changes of a watched service are shown: one line each. Stateless. */
public final class ChangeView {
    /** One change. */
    public static final Columns<Line> COLUMNS = Columns.<Line>none()
            .number("REVISION", line -> Long.toUnsignedString(line.revision()))
            .text("CHANGE", line -> line.change().toString())
            .text("ID", line -> line.instance().id())
            .text("STATUS", line -> InstanceView.status(line.instance()))
            .text("ENDPOINTS", line -> InstanceView.endpoints(line.instance()));

    private ChangeView() {}

    /** One change as an object. */
    public static JsonObject json(Line line) {
        return new JsonFields()
                .number("revision", line.revision())
                .text("change", line.change().toString())
                .object("instance", InstanceView.json(line.instance()))
                .toObject();
    }

    /** What happened to an instance. */
    public enum Kind {
        /** It was there when the watch began. */
        LISTED,
        /** It was not there before. */
        REGISTERED,
        /** Another process took its place. */
        REPLACED,
        /** It says something new of itself. */
        UPDATED,
        /** It is gone: deregistered, or its lease ended. */
        REMOVED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One change. Immutable.
     *
     * @param revision of the change; of a removal the one at which it was seen gone
     * @param change what happened
     * @param instance as it is now; when removed, as it was last
     */
    public record Line(long revision, Kind change, ServiceInstance instance) {}
}
