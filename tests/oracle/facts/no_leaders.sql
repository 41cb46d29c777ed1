-- Where designations are not at hand, nobody is known to lead.
CREATE TEMP TABLE leader_years (staff_id VARCHAR, school_year SMALLINT);
CREATE TEMP TABLE other_leader_years (staff_id VARCHAR, school_year SMALLINT);
