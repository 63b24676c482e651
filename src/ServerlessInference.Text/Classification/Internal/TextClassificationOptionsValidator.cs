using Microsoft.Extensions.Options;

namespace ServerlessInference.Text.Classification.Internal;

[OptionsValidator]
internal sealed partial class TextClassificationOptionsValidator : IValidateOptions<TextClassificationOptions>;
