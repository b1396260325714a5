// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import java.util.List;

/** How the incidents of a keeper are shown: one line each. They are what the keeper said, as JSON. Stateless. */
public final class IncidentView {
    /** One incident. */
    public static final Columns<JsonObject> COLUMNS = Columns.<JsonObject>none()
            .number("NUMBER", incident -> UnitView.text(incident, "number"))
            .text("TIME", incident -> UnitView.moment(incident, "atMillis"))
            .text("INCIDENT", incident -> UnitView.text(incident, "id"))
            .text("TYPE", incident -> UnitView.text(incident, "type"))
            .text("TEXT", incident -> UnitView.text(incident, "text"));

    private IncidentView() {}

    /** The incidents in a keeper's answer. */
    public static List<JsonObject> incidents(JsonObject answer) {
        return UnitView.objects(answer, "incidents");
    }
}
