//! Lists are taken whole or not at all, in whatever encoding a spreadsheet writes.

use crate::house::House;

#[test]
fn a_faulty_list_is_refused_whole_with_every_place_named() {
    let house = House::empty();
    house.run(&["tenant", "add", "yc", "--name", "云川"]).succeeds();
    let file = house
        .file("units.csv", "代码,名称,类型,上级\nYC,云川,市公司,\nCD,,乡公司,YC\nCD,城西,县分公司,ZZ\n".as_bytes());
    house.run(&["import", "org", &file]).fails(
        2,
        &[
            "第 3 行,名称 name:不能为空",
            "line 3, 类型 kind: “乡公司” is none of",
            "line 4, 代码 code: CD stands in line 3 already",
            // What the company says against it comes along, and not only once the rest is mended.
            "line 4, 上级 parent: no unit has the code ZZ",
        ],
    );
    let file = house.file("units.csv", "code,name,kind,parent\nYC,云川,city,\nCD,城东,county,ZZ\n".as_bytes());
    house.run(&["import", "org", &file]).fails(2, &["line 3, 上级 parent: no unit has the code ZZ"]);
    for (bytes, word) in [
        (&b"PK\x03\x04"[..], "workbook"),
        (&[0xFF, 0xFE, b'a', 0][..], "UTF-16"),
        (&[b'a', 0xFF, 0xFF][..], "neither UTF-8 nor GB18030"),
        (b"\"a,b\nc", "line 1: a quote is never closed"),
        (b"", "the file is empty"),
        (b"code;name;kind;parent\n", "separated by commas"),
    ] {
        let file = house.file("bad.csv", bytes);
        house.run(&["import", "org", &file]).fails(2, &[word]);
    }
    house.run(&["import", "org", "/nowhere.csv"]).fails(2, &["cannot be read"]);
    // The company's five checklists are all that was ever written.
    assert!(house.run(&["verify"]).succeeds().out.contains("yc: 5 ops in 5 batches"));
}

#[test]
fn lists_in_either_encoding_become_one_op_each_and_can_come_again() {
    let house = House::empty();
    house.run(&["tenant", "add", "yc", "--name", "云川"]).succeeds();
    let text = "代码,名称,类型,上级\r\nYC,云川市分公司,市公司,\r\nCD,城东区分公司,县分公司,YC\r\n";
    let (gb, _, _) = encoding_rs::GB18030.encode(text);
    let file = house.file("gb.csv", &gb);
    assert!(house.run(&["import", "org", &file]).succeeds().out.contains("2 added, 0 replaced"));
    let file = house.file("mark.csv", &[b"\xEF\xBB\xBF", text.as_bytes()].concat());
    assert!(house.run(&["import", "org", &file]).succeeds().out.contains("0 added, 2 replaced"));
    let venues =
        "code,name,kind,unit,lat,lon,crs\nH1,清河路营业厅,hall,CD,31.2,121.5,gcj02\nH2,东门营业厅,hall,CD,,,\n";
    let file = house.file("venues.csv", venues.as_bytes());
    let done = house.run(&["import", "venues", &file]).succeeds();
    assert!(done.out.contains("2 added, 0 replaced") && done.out.contains("1 of them have no position"), "{done:?}");
    let stranger = house.file("venues.csv", b"code,name,kind,unit\nH3,x,hall,NOPE\n");
    house.run(&["import", "venues", &stranger]).fails(2, &["line 2, 单位 unit: no unit has the code NOPE"]);
    let faulty = house.file("venues.csv", b"code,name,kind,unit\nH3,,hall,NOPE\n");
    let both = ["line 2, 名称 name: must not be empty", "line 2, 单位 unit: no unit has the code NOPE"];
    house.run(&["import", "venues", &faulty]).fails(2, &both);
    let nobody = ["there is no company with the code nobody", "line 2, 名称 name: must not be empty"];
    house.run(&["import", "venues", &faulty, "--tenant", "nobody"]).fails(2, &nobody);
    assert!(house.run(&["verify"]).succeeds().out.contains("yc: 8 ops in 8 batches"));
}
