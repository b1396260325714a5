// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli.output;

import com.google.gson.JsonObject;
import dev.muster.client.Member;
import java.util.List;

/** How the members of the cluster are shown. Stateless. */
public final class MemberView {
    /** One member. */
    public static final Columns<Member> COLUMNS = Columns.<Member>none()
            .text("NODE", Member::node)
            .text("ADDRESS", Member::address)
            .text("RAFT", Member::raftAddress)
            .text("STORAGE", Member::storageId)
            .text("LEADER", member -> member.leader() ? "yes" : "no");

    private MemberView() {}

    /** The document of all members. */
    public static JsonObject document(List<Member> members) {
        return new JsonFields()
                .array("members", members.stream().map(MemberView::json).toList())
                .toObject();
    }

    private static JsonObject json(Member member) {
        return new JsonFields()
                .text("node", member.node())
                .text("address", member.address())
                .text("raftAddress", member.raftAddress())
                .text("storageId", member.storageId())
                .flag("leader", member.leader())
                .toObject();
    }
}
