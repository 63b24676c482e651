using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Vision.Tests.Layouts;

/// <summary>Detectors and other models that take images, in the layouts of public exporters.</summary>
internal static class DetectorLayouts
{
    private static Axis[] Square => [1, 3, 640, 640];

    private static Axis[] Dynamic => ["batch_size", "num_channels", "height", "width"];

    public static Layout Create(string name) =>
        CreateTransformer(name) ?? CreateGrid(name) ?? CreateYolo(name) ?? CreateOther(name)
        ?? throw new ArgumentException($"There is no layout '{name}'.", nameof(name));

    public static string Names(int count) => $"{{{string.Join(", ", Enumerable.Range(0, count).Select(i => $"{i}: 'c{i}'"))}}}";

    private static string CreateConfig(int labels) =>
        "{\"id2label\":{" + string.Join(",", Enumerable.Range(0, labels).Select(i => $"\"{i}\":\"c{i}\"")) + "}}";

    private static Layout? CreateTransformer(string name) => name switch
    {
        "hf_detr" => Layout.Outputs("pixel_values", [1, 3, 800, 800], DetrOutputs(92, 100)),
        "hf_detr_dyn" => Layout.Outputs("pixel_values", Dynamic, DetrOutputs(92, 100)),
        "hf_detr_dyn_labels" => Layout.Outputs("pixel_values", Dynamic, DetrOutputs(92, 100))
            .File("config.json", CreateConfig(91)),
        "hf_rtdetr" => Layout.Outputs("pixel_values", Square, DetrOutputs(80, 300)),
        "hf_rtdetr_pos" => Layout.Outputs(
            "pixel_values", Square, ("logits", Layout.Scaled(8, -3, 1, 300, 80), [1, 300, 80]), Boxes("pred_boxes", 300, 1)),
        "rtdetr_official" => Layout.Outputs("images", Square, DecodedOutputs(640))
            .Graph(graph => graph.Input("orig_target_sizes", TensorElementType.Int64, 1, 2)),
        "dfine_like" => Layout.Outputs(Square, DecodedOutputs(1)),
        "ultra_rtdetr" => Ultralytics(80, "detect", ("output0", Layout.Uniform(1, 300, 84), [1, 300, 84]))
            .Metadata("description", "Ultralytics rtdetr-l model").Metadata("args", "{'batch': 1}"),
        "ultra_rtdetr_76" => Ultralytics(1, "detect", ("output0", Layout.Uniform(1, 300, 5), [1, 300, 5])),
        "ultra_rtdetr_2cls" => Ultralytics(2, "detect", ("output0", Layout.Uniform(1, 300, 6), [1, 300, 6]))
            .Metadata("description", "Ultralytics rtdetr-l model trained on x.yaml").Metadata("args", "{'batch': 1, 'nms': False}"),
        "ultra_rtdetr_2cls_renamed" => Ultralytics(2, "detect", ("output0", Layout.Uniform(1, 300, 6), [1, 300, 6])),
        "ultra_rtdetr_current" => Ultralytics(2, "detect", ("output0", CreateNormalizedBoxes(), [1, 300, 6])),
        _ => null,
    };

    private static Layout? CreateGrid(string name) => name switch
    {
        "yolonas" => YoloNas(),
        "yolonas_labels" => YoloNas().File("labels.txt", string.Join('\n', Enumerable.Range(0, 80).Select(i => $"c{i}"))),
        "ppyoloe_nonms" => Layout.Outputs(
            "image", Square, Boxes("boxes", 8400, 640), ("scores", Layout.Uniform(1, 80, 8400), [1, 80, 8400])),
        "v7_end2end_trt" => Layout.Outputs(
            "images",
            Square,
            ("num_dets", new[] { 3 }, [1, 1]),
            Boxes("det_boxes", 100, 640),
            ("det_scores", Layout.Uniform(1, 100), [1, 100]),
            ("det_classes", new int[100], [1, 100])),
        "v7_end2end_onnx" => Layout.Outputs("images", Square, ("output", Layout.Scaled(640, 0, 5, 7), [5, 7])),
        "ssd_tf" => Layout.Outputs(
            [1, 300, 300, 3],
            Boxes("detection_boxes", 100, 1),
            ("detection_classes", Layout.Uniform(1, 100), [1, 100]),
            ("detection_scores", Layout.Uniform(1, 100), [1, 100]),
            ("num_detections", new[] { 100f }, [1])),
        "retinaface" => Layout.Outputs(
            Square,
            Boxes("loc", 16800, 1),
            ("conf", Layout.Uniform(1, 16800, 2), [1, 16800, 2]),
            ("landms", Layout.Uniform(1, 16800, 10), [1, 16800, 10])),
        "scrfd" => Layout.Outputs(Square, [.. ScrfdOutputs("score", 1), .. ScrfdOutputs("bbox", 4), .. ScrfdOutputs("kps", 10)]),
        "yolox_logits" => Layout.Outputs("images", Square, ("output", Layout.Scaled(-10, 2, 1, 8400, 85), [1, 8400, 85])),
        _ => null,
    };

    private static Layout? CreateYolo(string name) => name switch
    {
        "yolov5face" => Layout.Outputs(Square, ("output", Layout.Uniform(1, 25200, 16), [1, 25200, 16])),
        "yolov5face_pixels" => Layout.Outputs(Square, ("output", Layout.Scaled(640, 0, 1, 25200, 16), [1, 25200, 16])),
        "yolov8face_meta" => Ultralytics(1, "pose", ("output0", Layout.Uniform(1, 20, 8400), [1, 20, 8400]))
            .Metadata("kpt_shape", "[5, 3]"),
        "yolov8face_nometa" => Layout.Outputs("images", Square, ("output0", Layout.Uniform(1, 20, 8400), [1, 20, 8400])),
        "yolov8pose_nometa" => Layout.Outputs("images", Square, ("output0", Layout.Uniform(1, 56, 8400), [1, 56, 8400])),
        "yolov8seg_nometa" => Layout.Outputs(
            "images", Square, ("output0", Layout.Uniform(1, 116, 8400), [1, 116, 8400]), Prototypes()),
        "yolov5seg_nometa" => Layout.Outputs(
            "images", Square, ("output0", Layout.Uniform(1, 25200, 117), [1, 25200, 117]), Prototypes()),
        "yolo26_obb_e2e" => Ultralytics(1, "obb", ("output0", Layout.Uniform(1, 300, 7), [1, 300, 7])).Metadata("end2end", "True"),
        "yolov8_gray" => Ultralytics(80, "detect", [1, 1, 640, 640], ("output0", Layout.Uniform(1, 84, 8400), [1, 84, 8400]))
            .Metadata("channels", "1"),
        "yolov8_120labels_dyn" => Ultralytics(
            120, "detect", ["batch", 3, "height", "width"], ("output0", Layout.Scaled(0.2f, 0.1f, 1, 124, 8400), [1, 124, 8400]))
            .Metadata("args", "{'dynamic': True, 'nms': False}"),
        "yolov8_rect" => Ultralytics(
            80, "detect", [1, 3, 384, 640], ("output0", Layout.Scaled(0.2f, 0.1f, 1, 84, 5040), [1, 84, 5040])),
        "yolov10" => Ultralytics(2, "detect", ("output0", CreateYolov10Boxes(), [1, 300, 6])).Metadata("end2end", "True"),
        _ => null,
    };

    private static Layout? CreateOther(string name) => name switch
    {
        "ocr_rec" => Layout.Outputs("x", [1, 3, 48, 320], ("softmax_0.tmp_0", Layout.Uniform(1, 40, 97), [1, 40, 97])),
        "ocr_det" => Layout.Outputs("x", Square, ("sigmoid_0.tmp_0", Layout.Uniform(1, 1, 640, 640), [1, 1, 640, 640])),
        "superres" => Layout.Outputs([1, 1, 224, 224], ("output", Layout.Uniform(1, 1, 672, 672), [1, 1, 672, 672])),
        "movenet" => Layout.Outputs([1, 192, 192, 3], ("output_0", Layout.Uniform(1, 1, 17, 3), [1, 1, 17, 3])),
        "facemesh" => Layout.Outputs(
            [1, 192, 192, 3],
            ("conv2d_21", Layout.Uniform(1, 1, 1, 1404), [1, 1, 1, 1404]),
            ("conv2d_31", Layout.Uniform(1, 1, 1, 1), [1, 1, 1, 1])),
        "vit_token_cls" => Layout.Outputs([1, 3, 224, 224], ("logits", Layout.Uniform(1, 1, 10), [1, 1, 10])),
        "hidden" => Layout.Outputs(
            [1, 3, 224, 224], ("last_hidden_state", Layout.Scaled(4, -2, 1, 197, 768), [1, 197, 768])),
        _ => null,
    };

    private static Layout Ultralytics(int labels, string task, params (string Name, Array Values, long[] Shape)[] outputs) =>
        Ultralytics(labels, task, Square, outputs);

    private static Layout Ultralytics(
        int labels, string task, Axis[] input, params (string Name, Array Values, long[] Shape)[] outputs) =>
        Layout.Outputs("images", input, outputs).Metadata("task", task).Metadata("stride", "32").Metadata("names", Names(labels))
            .Metadata("imgsz", input[2].Symbol is null ? $"[{input[2].Length}, {input[3].Length}]" : "[640, 640]");

    private static Layout YoloNas() =>
        Layout.Outputs(Square, Boxes("boxes", 8400, 640), ("scores", Layout.Uniform(1, 8400, 80), [1, 8400, 80]));

    private static (string Name, Array Values, long[] Shape) Boxes(string name, int count, float size) =>
        (name, Layout.Scaled(size, 0, 1, count, 4), [1, count, 4]);

    private static (string Name, Array Values, long[] Shape)[] DetrOutputs(int classes, int queries) =>
        [("logits", Layout.Scaled(6, -7, 1, queries, classes), [1, queries, classes]), Boxes("pred_boxes", queries, 1)];

    private static (string Name, Array Values, long[] Shape)[] DecodedOutputs(float size) =>
    [
        ("labels", new long[300], [1, 300]), Boxes("boxes", 300, size), ("scores", Layout.Uniform(1, 300), [1, 300]),
    ];

    private static IEnumerable<(string Name, Array Values, long[] Shape)> ScrfdOutputs(string name, int values) =>
        new[] { (8, 12800), (16, 3200), (32, 800) }.Select(level => (
            $"{name}_{level.Item1}", (Array)Layout.Uniform(1, level.Item2, values), new long[] { 1, level.Item2, values }));

    private static (string Name, Array Values, long[] Shape) Prototypes() =>
        ("output1", Layout.Uniform(1, 32, 160, 160), [1, 32, 160, 160]);

    private static float[] CreateYolov10Boxes()
    {
        float[] values = new float[300 * 6];
        new[] { 10f, 20, 110, 220, 0.9f, 0 }.CopyTo(values, 0);
        return values;
    }

    // Centre, size and class are shares of the image; the class is an index divided by the number of classes.
    private static float[] CreateNormalizedBoxes()
    {
        float[] values = Layout.Uniform(1, 300, 6);
        for (int i = 5; i < values.Length; i += 6)
        {
            values[i] = values[i] < 0.5f ? 0 : 1;
        }

        return values;
    }
}
