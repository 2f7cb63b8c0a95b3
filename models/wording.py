"""Words, facts and phrasings that the tasks are made of. Data only."""

SYSTEM_V1 = "You are a careful assistant. Work the problem out first, then give a short and exact answer."

SYSTEM_SENTENCES = [
    "You are a careful assistant.", "You are a helpful assistant.", "You are an exact assistant.",
    "You are an expert in math.", "You are a math teacher.", "You are a patient teacher.",
    "You are {name}, a friendly assistant.", "You are an assistant that answers questions.",
    "Work the problem out first, then give a short and exact answer.", "Give a short and exact answer.",
    "Work out the problem first.", "Think step by step.", "Think step by step, then answer.",
    "Think before you answer.", "Solve the problem carefully.", "Check your answer.",
    "Check your work before you give the final answer.", "Answer briefly.", "Answer the question.",
    "Be brief.", "Be precise and short.", "Reply in English.", "Do not explain.",
    "Follow the format that the user asks for.", "Write the answer in the format that is asked for.",
    "If you do not know, say so.", "Never guess.", "Keep it simple.", "The user will ask you a question.",
]

# The first of each list is the project's own prompt (prompts/smoke_v1.txt, prompts/gsm8k_v1.txt).
ANSWER_ONLY = [
    "{q}\n\nReply with the answer only.", "{q}\nReply with the answer only.", "{q} Reply with the answer only.",
    "{q}\n\nAnswer only.", "{q}\n\nGive only the answer.", "{q}\n\nGive only the final answer, nothing else.",
    "{q}\n\nReply with nothing but the answer.", "{q}\n\nAnswer with a single word or number.", "{q}\n\nBe brief.",
    "{q}\n\nNo explanation.", "{q}\n\nShort answer, please.", "{q}\n\nWrite the answer and nothing else.",
    "Question: {q}\nAnswer:", "Q: {q}\nA:", "Reply with the answer only.\n\n{q}", "Please answer: {q}",
    "{q}\n\nThink first, then reply with the answer only.", "{q} Thanks!",
]

HASH_STYLE = [
    "{q}\n\nSolve it step by step. Write the final answer as a plain number on a last line of its own, "
    "after ####, like this:\n#### 42",
    "{q}\n\nSolve it step by step. Write the final answer after ####, like this:\n#### {n}",
    "{q}\n\nSolve this step by step. Put the final answer on the last line after ####, for example:\n#### {n}",
    "{q}\n\nThink step by step and end with #### and the number.", "{q} End with #### and the answer.",
    "{q} Give the final answer after ####.", "{q}\n\nWrite the final answer after ####.",
    "{q}\n\nThe last line must be #### and then the answer.", "{q}\n\nFinish with a line such as #### {n}",
    "{q}\n\nAnswer in the form #### {n}", "{q}\n\nUse this format:\n#### {n}",
    "{q}\n\nWork it out. Then write #### followed by the plain number.",
    "Solve the problem. Write the final answer after ####.\n\n{q}",
    "Problem: {q}\n\nWrite your answer on its own line after ####.",
    "Question: {q}\nEnd your reply with #### and the number.\nAnswer:",
]

NAMES = (
    "Tom Anna Ben Lucy Sam Mia Leo Emma Max Nina Jack Rosa Paul Sara John Mary Peter Julia Omar Lena Ivan Ella"
).split()

THINGS = (
    "apples books coins pencils marbles stickers cards eggs flowers shells stamps balls cookies pears oranges "
    "cups stones toys buttons tickets"
).split()

WORD_ADD = [
    "{name} has {a} {things} and buys {b} more. How many {things} does {name} have now?",
    "{name} has {a} {things} and gets {b} more. How many {things} does {name} have in total?",
    "{name} has {a} {things}. {other} gives {name} {b} more {things}. How many {things} does {name} have now?",
    "{name} finds {a} {things} and then finds {b} more. How many {things} did {name} find in total?",
    "{name} has {a} {things} and {other} has {b} {things}. How many {things} do they have together?",
    "{name} has {a} {things} and {other} has {b}. How many {things} do they have in total?",
    "There are {a} {things} in a box. {name} puts in {b} more. How many {things} are in the box now?",
    "There are {a} {things} on the table and {b} {things} in the box. How many {things} are there in total?",
    "{name} buys {a} {things} on Monday and {b} {things} on Tuesday. How many {things} does {name} buy altogether?",
    "A shop sells {a} {things} in the morning and {b} in the evening. How many {things} does it sell in total?",
]

WORD_SUB = [
    "{name} has {a} {things} and gives away {b}. How many {things} does {name} have left?",
    "{name} has {a} {things} and loses {b} of them. How many {things} does {name} have left?",
    "{name} has {a} {things} and gives {b} to {other}. How many {things} does {name} have now?",
    "There are {a} {things}. {name} takes {b} of them. How many {things} are left?",
    "There are {a} {things} in a box. {name} takes out {b}. How many {things} are left in the box?",
    "{name} has {a} {things} and {other} has {b}. How many more {things} does {name} have than {other}?",
    "{name} had {a} {things} and sold {b} of them. How many {things} are left?",
    "A shop has {a} {things} and sells {b}. How many {things} are left?",
    "{name} needs {a} {things} and has {b}. How many more {things} does {name} need?",
    "{a} {things} are on the table and {b} of them fall off. How many {things} are still on the table?",
]

CAPITALS = dict(entry.split("=") for entry in (
    "France=Paris;Germany=Berlin;Italy=Rome;Spain=Madrid;Portugal=Lisbon;Austria=Vienna;Poland=Warsaw;"
    "Greece=Athens;Sweden=Stockholm;Norway=Oslo;Finland=Helsinki;Denmark=Copenhagen;Ireland=Dublin;"
    "Iceland=Reykjavik;Hungary=Budapest;Romania=Bucharest;Bulgaria=Sofia;Croatia=Zagreb;Serbia=Belgrade;"
    "Ukraine=Kyiv;Russia=Moscow;Turkey=Ankara;Egypt=Cairo;Kenya=Nairobi;Nigeria=Abuja;Ghana=Accra;"
    "Morocco=Rabat;Algeria=Algiers;Tunisia=Tunis;Ethiopia=Addis Ababa;Japan=Tokyo;China=Beijing;"
    "India=New Delhi;Thailand=Bangkok;Vietnam=Hanoi;Indonesia=Jakarta;South Korea=Seoul;Nepal=Kathmandu;"
    "Iran=Tehran;Iraq=Baghdad;Canada=Ottawa;Mexico=Mexico City;Cuba=Havana;Brazil=Brasilia;"
    "Argentina=Buenos Aires;Chile=Santiago;Peru=Lima;Colombia=Bogota;Australia=Canberra;Belgium=Brussels;"
    "England=London;the United Kingdom=London"
).split(";"))

WORDS = (
    "apple banana cherry grape lemon mango orange peach pear plum cat dog horse tiger lion mouse rabbit sheep "
    "goat wolf red blue green yellow purple black white pink brown gray car bus train truck boat plane ship "
    "rocket sun moon star river stone cloud tree leaf house door window table chair lamp book paper pencil "
    "music song dance happy quiet strong gentle brave clever small large quick slow bright dark cold warm soft "
    "hard early late north south east west bread milk sugar salt water fire earth wind winter summer spring "
    "autumn hello world"
).split()

REPEAT = [
    "Repeat these words: {}", "Repeat these words exactly: {}", "Repeat after me: {}", "Repeat: {}",
    "Say exactly: {}", "Write exactly: {}", "Say: {}", "Copy this text: {}", "Copy these words: {}",
]

COMMAS = [
    "Write these words separated by commas: {}", "Repeat these words with commas between them: {}",
    "List these words with commas between them: {}",
]

HELLO = [
    "Hi", "Hi!", "Hello", "Hello!", "Hey", "hi", "hello", "Good morning", "Good morning!", "Good evening!",
    "How are you?", "Hello, how are you?", "Who are you?", "who are you?", "What are you?", "What is your name?",
    "What can you do?", "what can you do?", "What do you do?", "What can I ask you?", "Help", "help", "Help me.",
    "Hi, who are you?", "Hello! What can you do?", "Are you ChatGPT?", "Are you gpt-oss?", "Which model are you?",
    "What model is this?", "Tell me about yourself.", "Introduce yourself.", "Thanks", "Thank you!", "Bye",
    "test", "Test", "ok", "Ok.", "Who made you?", "Hi there!", "Can you help me?",
]

FRUITLESS = [
    "Write a poem about {}.", "Write a story about {}.", "Explain {}.", "Explain {} to a child.", "Why is {}?",
    "Translate {} to French.", "Tell me a joke about {}.", "Tell me about {}.", "What is the meaning of {}?",
    "Write a function that {}.", "Write Python code for {}.", "Complete this function:\n\n{}", "How do I {}?",
    "Who was {}?", "When did {}?", "Where is {}?", "What do you think about {}?", "Give me a list of {}.",
    "Can you {}?", "Please {}.", "Summarize this text: {}", "{}",
]
